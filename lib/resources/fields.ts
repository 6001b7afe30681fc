import * as v from "valibot";
import { DAY, ID, type JsonSchema, listOf, TIME } from "@/lib/contracts/json_schema.ts";
import { wire } from "@/lib/contracts/wire.ts";
import { isId, parseId } from "@/lib/protocol/subjects.ts";
import { AMOUNT_MINOR_MAX, isCurrency } from "@/lib/resources/money.ts";
import { isJsonObject, isWellFormed, JSON_BYTES_MAX, JSON_DEPTH_MAX } from "@/lib/resources/plain_json.ts";

/** Fallbacks known only when a request is there: its moment, and the currency of its organisation. */
export const NOW = Symbol("now");
export const HOME_CURRENCY = Symbol("home currency");

/** One column of an entity that clients may set: how it is validated and what stands there when it is left out. */
export interface Field {
  /** Turns what a client sent into what the column holds; its issues are sentences after the field's name. */
  readonly schema: v.GenericSchema<unknown, unknown>;
  /** Create needs it. Without this and without a fallback the field may be left out and be null. */
  readonly required: boolean;
  readonly fallback: unknown;
  /** Which verbs take it. */
  readonly set: "always" | "create" | "update";
  /** Lists can be narrowed to records with one value of it. */
  readonly filter: boolean;
  /** Lists can be narrowed to records with a value from one and before another: `startsAtFrom`, `startsAtBefore`. */
  readonly range: boolean;
  /** The value a query string means; undefined where it means none. */
  readonly fromQuery: (text: string) => unknown;
  /** What answers show for what the column holds. */
  readonly show: (value: unknown) => unknown;
  /** Longest JSON text of the value, so that an event is known to fit. */
  readonly bytesMax: number;
}

export type FieldOptions = Partial<
  Pick<Field, "required" | "fallback" | "set" | "filter" | "range">
>;

const UTF8_BYTES_MAX = 4;
const NUMBER_BYTES_MAX = 25;
const EMAIL_CHARS_MAX = 320;
const URL_CHARS_MAX = 2000;
const PROPERTIES_MAX = 1000;

/** In major units; how many decimals there may be is the currency's. */
const AMOUNT: JsonSchema = {
  anyOf: [
    { type: "number", exclusiveMinimum: 0, maximum: AMOUNT_MINOR_MAX },
    { type: "string", pattern: "^(?=.*[1-9])[0-9]{1,15}(\\.[0-9]{1,15})?$", examples: ["12.50"] },
  ],
};
const FREE: JsonSchema = {
  type: "object",
  description: `At most ${JSON_BYTES_MAX} bytes of JSON, nested ${JSON_DEPTH_MAX} deep`,
};

function field(
  schema: v.GenericSchema<unknown, unknown>,
  options: FieldOptions,
  rest: Partial<Pick<Field, "bytesMax" | "fromQuery" | "show">> = {},
): Field {
  const { required = false, fallback, set = "always", filter = false, range = false } = options;
  const nullable = !required && (fallback === undefined || fallback === null);
  return {
    schema: nullable ? v.nullable(schema) : schema,
    required,
    fallback: fallback ?? null,
    set,
    filter,
    range,
    fromQuery: (text) => text,
    show: (value) => value,
    bytesMax: NUMBER_BYTES_MAX,
    ...rest,
  };
}

export interface TextOptions extends FieldOptions {
  /** Characters are code points, counted after trimming. Required text has at least one. */
  readonly min?: 0 | 1;
  readonly max: number;
  /** What the text must match, and the sentence for where it does not. */
  readonly pattern?: RegExp;
  readonly says?: string;
  /** What is kept of it: the rest holds for this. */
  readonly kept?: (text: string) => string;
}

/** Words of people, trimmed. */
export function text({ min, max, pattern, says, kept = (value) => value, ...options }: TextOptions): Field {
  const least = min ?? (options.required ? 1 : 0);
  const schema = v.pipe(
    v.string("must be text"),
    v.check(isWellFormed, "has characters that are not text"),
    v.trim(),
    v.transform(kept),
    v.check((value) => [...value].length <= max, `must have at most ${max} characters`),
    v.check((value) => value.length >= least, "must not be empty"),
    v.check((value) => pattern === undefined || pattern.test(value), says ?? "is not of the right form"),
    wire({ maxLength: max, ...(least > 0 && { minLength: least }), ...formOf(pattern, least) }),
  );
  return field(schema, options, { bytesMax: max * UTF8_BYTES_MAX });
}

/** Text that is trimmed has to be more than white space. */
function formOf(pattern: RegExp | undefined, least: number): JsonSchema {
  if (pattern !== undefined) return { pattern: pattern.source };
  return least > 0 ? { pattern: "\\S" } : {};
}

export function email(options: FieldOptions = {}): Field {
  const pattern = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
  return text({ max: EMAIL_CHARS_MAX, pattern, says: "must be an e-mail address", ...options });
}

export function webAddress(options: FieldOptions = {}): Field {
  const pattern = /^https:\/\/[^\s"'<>]+$/;
  return text({ max: URL_CHARS_MAX, pattern, says: "must be an https:// address", ...options });
}

/** `#rrggbb`, kept in small letters. */
export function color(options: FieldOptions): Field {
  const schema = v.pipe(
    v.string("must be a colour such as #1f6feb"),
    v.toLowerCase(),
    v.regex(/^#[0-9a-f]{6}$/, "must be a colour such as #1f6feb"),
    wire({ pattern: "^#[0-9a-fA-F]{6}$" }),
  );
  return field(schema, options);
}

/** A name of the tz database, such as Asia/Kolkata. */
export function timezone(options: FieldOptions): Field {
  const schema = v.pipe(
    v.string("must be text"),
    v.maxLength(64, "is too long"),
    v.check(isTimezone, "is not a time zone"),
    wire({ format: "time-zone", description: "A name of the tz database", examples: ["Asia/Kolkata"] }),
  );
  return field(schema, options, { bytesMax: 64 });
}

/** One of a few words. */
export function choice(words: readonly string[], options: FieldOptions): Field {
  return field(v.picklist(words, `must be one of ${words.join(", ")}`), options, { bytesMax: 64 });
}

export function whole({ min, max, ...options }: FieldOptions & { min: number; max: number }): Field {
  const says = `must be a whole number from ${min} to ${max}`;
  const schema = v.pipe(v.number(says), v.safeInteger(says), v.minValue(min, says), v.maxValue(max, says));
  return field(schema, options, {
    fromQuery: (text) => /^-?[0-9]{1,16}$/.test(text) ? Number(text) : undefined,
  });
}

export function flag(options: FieldOptions): Field {
  const fromQuery = (text: string) => text === "true" ? true : text === "false" ? false : undefined;
  return field(v.boolean("must be true or false"), options, { fromQuery });
}

/** The id of another record of the same property. That it exists is the database's to say. */
export function reference(entity: string, options: FieldOptions = {}): Field {
  const schema = v.pipe(
    v.custom<number>(isId, `must be the id of a ${entity}`),
    wire({ ...ID, description: `The id of a ${entity} of the same property` }),
  );
  return field(schema, options, { fromQuery: parseId });
}

/** A day, `YYYY-MM-DD`. */
export function day(options: FieldOptions = {}): Field {
  return field(
    v.pipe(v.string("must be a date"), v.check(isDay, "must be a date such as 2026-11-23"), wire(DAY)),
    options,
  );
}

/** A moment, RFC 3339 with its offset; kept and shown in UTC with milliseconds. */
export function instant(options: FieldOptions = {}): Field {
  const says = "must be a time with its offset, such as 2026-11-23T18:30:00Z";
  const schema = v.pipe(
    v.string(says),
    v.check(isInstant, says),
    v.transform((value) => new Date(value).toISOString()),
    wire(TIME),
  );
  return field(schema, options);
}

/** An amount in major units, a JSON number or decimal text. Kept as decimal text until the currency is known. */
export function amount(options: FieldOptions): Field {
  const says = "must be a decimal number, such as 1000 or 12.50";
  const schema = v.pipe(v.union([v.number(), v.string()], says), v.transform(String), wire(AMOUNT));
  return field(schema, options);
}

export function currency(options: FieldOptions): Field {
  const schema = v.pipe(
    v.custom<string>(isCurrency, "must be an ISO 4217 currency such as INR"),
    wire({ type: "string", format: "currency", description: "An ISO 4217 code", examples: ["INR"] }),
  );
  return field(schema, options);
}

/** "*" (null in the column: every property) or a list of property ids. */
export function propertyList(options: FieldOptions): Field {
  const says = `must be "*" or a list of at most ${PROPERTIES_MAX} property ids`;
  const schema = v.pipe(
    v.custom<"*" | number[]>((value) => {
      return value === "*" || Array.isArray(value) && value.length <= PROPERTIES_MAX && value.every(isId);
    }, says),
    v.transform((value) => value === "*" ? null : [...new Set(value)].sort((a, b) => a - b)),
    wire({ anyOf: [{ const: "*" }, listOf(ID, { maxItems: PROPERTIES_MAX })] }),
  );
  return field(schema, options, {
    bytesMax: PROPERTIES_MAX * NUMBER_BYTES_MAX,
    show: (value) => value ?? "*",
  });
}

/** An object of whatever a program derived; bounded in bytes and depth. */
export function json(options: FieldOptions): Field {
  const says = `must be an object of at most ${JSON_BYTES_MAX} bytes of JSON`;
  const schema = v.pipe(v.custom<Record<string, unknown>>(isJsonObject, says), wire(FREE));
  return field(schema, options, { bytesMax: JSON_BYTES_MAX });
}

const RFC_3339 =
  /^(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

function isInstant(text: string): boolean {
  const [, date] = RFC_3339.exec(text) ?? [];
  return date !== undefined && isDay(date);
}

/** A day that the calendar has, from 1900 to 9998: `Date` alone would read 31 February as 3 March. */
function isDay(text: string): boolean {
  if (!/^(19|[2-9]\d)\d\d-\d\d-\d\d$/.test(text) || text.startsWith("9999")) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
