import type { JsonSchema } from "@/lib/contracts/json_schema.ts";

/** Where both documents keep the schemas that have names. */
const PLACE = "#/components/schemas/";

/** The schema that is kept under this name. */
export function ref(name: string): JsonSchema {
  return { $ref: PLACE + name };
}

/** The name that a reference leads to; undefined where it is none of ours. */
export function refName({ $ref }: JsonSchema): string | undefined {
  return $ref?.startsWith(PLACE) ? $ref.slice(PLACE.length) : undefined;
}
