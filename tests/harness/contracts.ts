// JSON Schema in tests: a validator that knows our names, and values that a schema allows, or nearly.
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import fc from "fast-check";
import type { JsonSchema, JsonType } from "@/lib/contracts/json_schema.ts";
import { refName } from "@/lib/contracts/refs.ts";
import { SCHEMAS } from "@/lib/contracts/schemas.ts";
import { isTimezone } from "@/lib/resources/fields.ts";
import { isCurrency } from "@/lib/resources/money.ts";
import { isWellFormed } from "@/lib/resources/plain_json.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^(19|[2-9]\d)\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(time) &&
    new Date(time).toISOString().startsWith(text);
}

const made = new Map<boolean, Ajv2020>();

/**
 * A validator of one schema, strict about words it does not know. `closed`: a member that the schema does not name is an
 * error too, as clients must not say but tests have to.
 */
export function validatorOf(schema: JsonSchema, { closed = false } = {}): ValidateFunction {
  const ajv = made.get(closed) ?? ajvOf(closed);
  made.set(closed, ajv);
  return ajv.compile(rebased(closed ? closedOf(schema) : schema) as object);
}

function ajvOf(closed: boolean): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true, allErrors: true });
  ajv.addFormat("date", isDay);
  ajv.addFormat("date-time", (text: string) => isDay(RFC_3339.exec(text)?.[1] ?? ""));
  ajv.addFormat("uuid", UUID);
  ajv.addFormat("time-zone", isTimezone);
  ajv.addFormat("currency", isCurrency);
  const named = Object.entries(SCHEMAS).map(([name, one]) => [name, rebased(closed ? closedOf(one) : one)]);
  return ajv.addSchema({ $id: "all", $defs: Object.fromEntries(named) });
}

/** References lead into the schema of all names. */
function rebased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rebased);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === "$ref" ? `all#/$defs/${refName(value as JsonSchema)}` : rebased(inner),
    ]),
  );
}

/** The same schema, in which objects have the members that it names and no others. */
function closedOf(schema: JsonSchema): JsonSchema {
  const { properties, items, anyOf, oneOf, additionalProperties } = schema;
  const isOpen = properties !== undefined && schema.type === "object" && additionalProperties === undefined;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, one]) => [name, closedOf(one)]),
      ),
    }),
    ...(items && { items: closedOf(items) }),
    ...(anyOf && { anyOf: anyOf.map(closedOf) }),
    ...(oneOf && { oneOf: oneOf.map(closedOf) }),
    ...(isOpen && { additionalProperties: false }),
  };
}

/** Values that the schema allows, but for what only `oneOf` rules out. What is left out may be left out, and members that are not needed are, now and then. */
export function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const name = refName(schema);
  if (name !== undefined) return valuesOf(SCHEMAS[name]!);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.examples !== undefined) return fc.constantFrom(...schema.examples);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    return fc.oneof(...choices.map((one) => valuesOf(merged(schema, one))));
  }
  const { type = "object" } = schema;
  const types = typeof type === "string" ? [type] : type;
  return fc.oneof(...types.map((one) => valuesOfType(schema, one)));
}

/** One of the choices of a schema, with what holds for all of them. */
function merged({ anyOf: _anyOf, oneOf: _oneOf, ...all }: JsonSchema, one: JsonSchema): JsonSchema {
  const required = [...(all.required ?? []), ...(one.required ?? [])];
  return {
    ...all,
    ...one,
    ...(all.properties && {
      properties: {
        ...all.properties,
        ...Object.fromEntries(
          Object.entries(one.properties ?? {}).map(([name, member]) => [
            name,
            { ...all.properties![name], ...member },
          ]),
        ),
      },
    }),
    ...(required.length > 0 && { required: [...new Set(required)] }),
  };
}

function valuesOfType(schema: JsonSchema, type: JsonType): fc.Arbitrary<unknown> {
  switch (type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({
        min: schema.minimum ?? 0,
        max: Math.min(schema.maximum ?? 2 ** 31, (schema.minimum ?? 0) + 2 ** 31),
      });
    case "number":
      return fc.integer({
        min: Math.max(schema.minimum ?? 0, (schema.exclusiveMinimum ?? -1) + 1),
        max: 100,
      });
    case "string":
      return texts(schema);
    case "array":
      return fc.array(valuesOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case "object":
      return objects(schema);
  }
}

function texts(
  { format, pattern, contentEncoding, minLength = 0, maxLength = 200 }: JsonSchema,
): fc.Arbitrary<string> {
  if (contentEncoding === "base64") {
    return fc.uint8Array({ minLength: 1, maxLength: 100 }).map((bytes) => new Uint8Array(bytes).toBase64());
  }
  if (format === "uuid") return fc.uuid();
  const times = fc.date({ min: new Date("1900-01-01"), max: new Date("9990-01-01"), noInvalidDate: true });
  if (format === "date-time") return times.map((time) => time.toISOString());
  if (format === "date") return times.map((time) => time.toISOString().slice(0, 10));
  const any = pattern === undefined
    ? fc.string({ unit: "grapheme-ascii", minLength, maxLength: Math.min(maxLength, 60) })
    : fc.stringMatching(new RegExp(pattern));
  return any.filter((text) => {
    return isWellFormed(text) && text.trim() === text && text.length >= minLength && text.length <= maxLength;
  });
}

function objects({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<object> {
  const names = Object.keys(properties);
  return fc.record(
    Object.fromEntries(names.map((name) => [name, valuesOf(properties[name]!)])),
    { requiredKeys: [...required], noNullPrototype: true },
  );
}

/** What is put in the place of a member, to see whether both sides refuse the same. */
export const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e20,
  "",
  "odd",
  "x".repeat(20_000),
  "2026-02-31",
  "2026-02-28",
  [],
  [1],
  ["odd"],
  {},
];

/** Such a value with one member replaced, missing or added. */
export function nearly(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== "object" || value === null) return fc.constantFrom(...ODD_VALUES);
  const names = Object.keys(value);
  const odd = fc.constantFrom(...ODD_VALUES);
  return fc.oneof(
    fc.tuple(fc.constantFrom(...names, "odd"), odd).map(([name, other]) => ({ ...value, [name]: other })),
    fc.constantFrom(...names, "odd").map((name) =>
      Object.fromEntries(Object.entries(value).filter(([one]) => one !== name))
    ),
    odd,
  );
}
