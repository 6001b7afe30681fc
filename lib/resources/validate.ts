import * as v from "valibot";
import type { FieldError } from "@/lib/protocol/problems.ts";
import { isId } from "@/lib/protocol/subjects.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { READ_ONLY_NAMES, type Resource } from "@/lib/resources/define.ts";
import type { Field } from "@/lib/resources/fields.ts";
import { isPlainObject } from "@/lib/resources/plain_json.ts";

/** Most errors told about one request. */
const ERRORS_MAX = 20;
/** One sentence per field is enough, and no pattern is tried on text that is too long. */
const FIRST_ISSUE = { abortPipeEarly: true } as const;
/** Longest part of an unknown name that is repeated in an error. */
const NAME_CHARS_SHOWN = 64;

/** What a body says, validated: only the fields that stand in it. */
export interface Given {
  /** Column values by wire name; `amount` still as decimal text. */
  readonly values: Readonly<Record<string, unknown>>;
  /** undefined: not in the body. */
  readonly propertyId: number | null | undefined;
  /** The version an update refers to, where the body names it. */
  readonly version: number | undefined;
}

/** Validates the body of a create or update. Unknown and read-only names are errors, not ignored. */
export function readBody(
  resource: Resource,
  body: unknown,
  verb: "create" | "update",
): Answer<{ given: Given }> {
  if (!isPlainObject(body)) return refuse({ code: "bad_request", detail: "The body must be a JSON object" });
  const errors: FieldError[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    if (errors.length === ERRORS_MAX) break;
    if (value === undefined) continue;
    const message = isHeadName(resource, name, verb) ? headError(resource, name, value) : take(name, value);
    if (message !== undefined) errors.push({ path: name.slice(0, NAME_CHARS_SHOWN), message });
  }
  if (verb === "create") errors.push(...missing(resource, body));
  if (errors.length > 0) return refuse({ code: "validation_failed", errors: errors.slice(0, ERRORS_MAX) });
  const { propertyId, version } = body as { propertyId?: number | null; version?: number };
  return { ok: true, given: { values, propertyId, version } };

  function take(name: string, value: unknown): string | undefined {
    const field = Object.hasOwn(resource.fields, name) ? resource.fields[name] : undefined;
    if (field === undefined) return unknownName(resource, name);
    if (verb === "create" && field.set === "update") return "cannot be set by a create";
    if (verb === "update" && field.set === "create") return "cannot be changed";
    const parsed = v.safeParse(field.schema, value, FIRST_ISSUE);
    if (!parsed.success) return parsed.issues[0].message;
    values[name] = parsed.output;
    return undefined;
  }
}

function isHeadName(resource: Resource, name: string, verb: "create" | "update"): boolean {
  if (name === "version") return verb === "update";
  return name === "propertyId" && (resource.scope === "property" || resource.scope === "either");
}

function headError(resource: Resource, name: string, value: unknown): string | undefined {
  if (isId(value)) return undefined;
  if (name === "version") return "must be the version that was read, a positive integer";
  if (resource.scope === "property") return "must be the id of a property";
  return value === null ? undefined : "must be the id of a property, or null for the whole organisation";
}

function unknownName(resource: Resource, name: string): string {
  if (READ_ONLY_NAMES.has(name)) return "is set by the server";
  return `is not a field of ${resource.key}; these are: ${Object.keys(resource.fields).join(", ")}`;
}

function missing(resource: Resource, body: Readonly<Record<string, unknown>>): FieldError[] {
  const required = Object.entries(resource.fields).filter(([, { required }]) => required).map(([name]) =>
    name
  );
  if (resource.scope === "property") required.unshift("propertyId");
  return required.filter((name) => body[name] === undefined).map((path) => ({
    path,
    message: "is required",
  }));
}

/** Validates the filters of a list: names to query texts. Answers column and value of each. */
export function readFilters(
  resource: Resource,
  filters: Readonly<Record<string, string>>,
): Answer<{ conditions: readonly (readonly [column: string, value: unknown])[] }> {
  const errors: FieldError[] = [];
  const conditions: [string, unknown][] = [];
  for (const [name, text] of Object.entries(filters)) {
    const field = Object.hasOwn(resource.fields, name) ? resource.fields[name] : undefined;
    const column = resource.columns.get(name);
    if (!field?.filter || column === undefined) {
      errors.push({ path: name.slice(0, NAME_CHARS_SHOWN), message: unknownFilter(resource) });
      continue;
    }
    const value = filterValue(field, text);
    if (value.ok) conditions.push([column, value.value]);
    else errors.push({ path: name, message: value.message });
  }
  if (errors.length > 0) return refuse({ code: "validation_failed", errors: errors.slice(0, ERRORS_MAX) });
  // In one order whatever the client's, so that the statement has one text.
  return { ok: true, conditions: conditions.toSorted(([a], [b]) => a < b ? -1 : 1) };
}

/** Reads the first day of the records that a list shall have. */
export function readSince(
  { key, since, fields, columns }: Resource,
  text: string,
): Answer<{ condition: readonly [column: string, day: string] }> {
  const invalid = (message: string) => {
    return refuse({ code: "validation_failed", errors: [{ path: "since", message }] });
  };
  if (since === undefined) return invalid(`${key} has no day to compare`);
  const day = filterValue(fields[since]!, text);
  return day.ok ? { ok: true, condition: [columns.get(since)!, text] } : invalid(day.message);
}

function filterValue(
  field: Field,
  text: string,
): { ok: true; value: unknown } | { ok: false; message: string } {
  const parsed = v.safeParse(field.schema, field.fromQuery(text), FIRST_ISSUE);
  return parsed.success
    ? { ok: true, value: parsed.output }
    : { ok: false, message: parsed.issues[0].message };
}

function unknownFilter(resource: Resource): string {
  const names = Object.keys(resource.fields).filter((name) => resource.fields[name]?.filter);
  const known = [
    "propertyId",
    "limit",
    "cursor",
    "order",
    ...(resource.search ? ["q"] : []),
    ...(resource.since ? ["since"] : []),
    ...names,
  ];
  return `is not a parameter of this list; these are: ${known.join(", ")}`;
}
