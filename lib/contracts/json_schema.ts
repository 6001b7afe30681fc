/** JSON Schema 2020-12, as far as our contracts use it. Also `true`, which everything satisfies. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: JsonType | readonly JsonType[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly minProperties?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly contentEncoding?: string;
  readonly contentMediaType?: string;
  readonly readOnly?: boolean;
  readonly examples?: readonly unknown[];
}

export type JsonType = "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

/** A positive integer that a JSON number holds exactly. */
export const ID: JsonSchema = { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
/** A whole number from 0. */
export const COUNT: JsonSchema = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
export const TEXT: JsonSchema = { type: "string" };
export const BOOLEAN: JsonSchema = { type: "boolean" };
/** RFC 3339. */
export const TIME: JsonSchema = { type: "string", format: "date-time" };
export const DAY: JsonSchema = { type: "string", format: "date" };

/** An object with these members; a name that ends in `?` may be missing. */
export function shape(members: Readonly<Record<string, JsonSchema>>, rest: JsonSchema = {}): JsonSchema {
  const names = Object.keys(members);
  const properties = Object.fromEntries(names.map((name) => [bare(name), members[name]!]));
  const required = names.filter((name) => !name.endsWith("?"));
  return { type: "object", properties, ...(required.length > 0 && { required }), ...rest };
}

function bare(name: string): string {
  return name.endsWith("?") ? name.slice(0, -1) : name;
}

export function listOf(items: JsonSchema, rest: JsonSchema = {}): JsonSchema {
  return { type: "array", items, ...rest };
}

/** An object whose names are data: each has a value like this. */
export function mapOf(additionalProperties: JsonSchema): JsonSchema {
  return { type: "object", additionalProperties };
}

export function oneOfWords(words: readonly string[]): JsonSchema {
  return { type: "string", enum: words };
}

/** The same, or null. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: words } = schema;
  if (type === undefined || schema.$ref !== undefined) return { anyOf: [schema, { type: "null" }] };
  const types = typeof type === "string" ? [type] : type;
  return {
    ...schema,
    type: types.includes("null") ? types : [...types, "null"],
    ...(words && { enum: [...words, null] }),
  };
}

/** The same schema, with words about it. */
export function about(description: string, schema: JsonSchema): JsonSchema {
  return { ...schema, description };
}
