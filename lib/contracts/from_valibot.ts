import * as v from "valibot";
import { type JsonSchema, orNull } from "@/lib/contracts/json_schema.ts";

// What the two kinds of parts of a valibot schema look like, as far as they are read here.
interface Part {
  readonly kind: "schema" | "validation" | "transformation" | "metadata";
  readonly type: string;
  readonly requirement?: unknown;
  readonly metadata?: unknown;
}
interface Schema extends Part {
  readonly kind: "schema";
  readonly pipe?: readonly Part[];
  readonly literal?: unknown;
  readonly options?: readonly unknown[];
  readonly item?: Schema;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly wrapped?: Schema;
  readonly value?: Schema;
}

/** What a valibot schema takes, as JSON Schema. Throws RangeError where it has a check that nothing says in words. */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  return ofSchema(schema as unknown as Schema);
}

function ofSchema(schema: Schema): JsonSchema {
  const { pipe } = schema;
  if (pipe === undefined) return ofBare(schema);
  const said = pipe.flatMap((part) => wordsOf(part) ?? []);
  const [first, ...actions] = pipe;
  const begin = said.length > 0 && first!.type === "custom" ? {} : ofSchema(first as Schema);
  const parts = actions.map((action) => ofAction(action, begin, said.length > 0));
  return Object.assign({}, begin, ...parts, ...said);
}

function wordsOf({ kind, type, metadata }: Part): JsonSchema | undefined {
  if (kind !== "metadata" || type !== "metadata") return undefined;
  return (metadata as { json?: JsonSchema }).json;
}

function ofBare(schema: Schema): JsonSchema {
  const { type, literal, options, item, entries, wrapped, value } = schema;
  switch (type) {
    case "string":
    case "number":
    case "boolean":
      return { type };
    case "unknown":
      return {};
    case "literal":
      return { const: literal };
    case "picklist":
      return { type: "string", enum: options! };
    case "array":
      return { type: "array", items: ofSchema(item!) };
    case "record":
      return { type: "object", additionalProperties: ofSchema(value!) };
    case "nullable":
    case "nullish":
      return orNull(ofSchema(wrapped!));
    case "optional":
      return ofSchema(wrapped!);
    case "union":
      return { anyOf: (options as readonly Schema[]).map(ofSchema) };
    case "variant":
      return { oneOf: (options as readonly Schema[]).map(ofSchema) };
    case "object":
    case "loose_object":
    case "strict_object":
      return ofEntries(entries!, type === "strict_object");
    default:
      throw new RangeError(
        `Cannot say in JSON Schema what a schema "${type}" takes: give it words with wire()`,
      );
  }
}

function ofEntries(entries: Readonly<Record<string, Schema>>, isStrict: boolean): JsonSchema {
  const names = Object.keys(entries);
  const required = names.filter((name) => !["optional", "nullish"].includes(entries[name]!.type));
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, ofSchema(entries[name]!)])),
    ...(required.length > 0 && { required }),
    ...(isStrict && { additionalProperties: false }),
  };
}

/** Transformations change what is kept, not what is taken. */
function ofAction({ kind, type, requirement }: Part, begin: JsonSchema, isSaid: boolean): JsonSchema {
  if (kind === "transformation" || kind === "metadata") return {};
  const isList = begin.type === "array";
  switch (type) {
    case "safe_integer":
      return { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
    case "integer":
      return { type: "integer" };
    case "min_value":
      return { minimum: requirement as number };
    case "max_value":
      return { maximum: requirement as number };
    case "min_length":
      return isList ? { minItems: requirement as number } : { minLength: requirement as number };
    case "max_length":
      return isList ? { maxItems: requirement as number } : { maxLength: requirement as number };
    case "regex":
      return { pattern: (requirement as RegExp).source };
    case "uuid":
      return { format: "uuid" };
    default:
      if (isSaid) return {};
      throw new RangeError(
        `Cannot say in JSON Schema what the check "${type}" does: give it words with wire()`,
      );
  }
}
