import type { JsonSchema } from "@/lib/contracts/json_schema.ts";

/** One frame of a socket, or one message of a subject. */
export interface Message {
  /** Unique in its channel: what it has as `type`, or what it is called. */
  readonly name: string;
  /** Who sends it. */
  readonly from: "client" | "server";
  readonly says: string;
  readonly schema: JsonSchema;
  /** JSON text, unless this says otherwise. */
  readonly media?: string;
}

/** The messages of a schema that tells them apart by `type`; `says` by that. */
export function byType(
  schema: JsonSchema,
  says: Readonly<Record<string, string>>,
): readonly Message[] {
  return schema.oneOf!.map((one) => {
    const name = String(one.properties!.type!.const);
    if (says[name] === undefined) throw new RangeError(`Cannot say what the frame "${name}" is for`);
    return { name, from: "client", says: says[name], schema: one };
  });
}
