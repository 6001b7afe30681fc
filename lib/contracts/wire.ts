import * as v from "valibot";
import type { JsonSchema } from "@/lib/contracts/json_schema.ts";

/**
 * Says in JSON Schema what a check comes to that is only code: `v.pipe(v.custom(isId), wire(ID))`. It stands in the pipe
 * of that check, and checks nothing itself.
 */
export function wire<T>(json: JsonSchema): v.MetadataAction<T, { readonly json: JsonSchema }> {
  return v.metadata<T, { readonly json: JsonSchema }>({ json });
}
