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

/** How a column is compared where it is not for one value. */
export type RangeOperator = ">=" | "<";

export type Condition = readonly [column: string, value: unknown, operator?: RangeOperator];

const RANGE_NAME = /^([a-zA-Z]+)(From|Before)$/;

/** Validates the filters of a list: names to query texts. Answers column and value of each. */
export function readFilters(
  resource: Resource,
  filters: Readonly<Record<string, string>>,
): Answer<{ conditions: readonly Condition[] }> {
  const errors: FieldError[] = [];
  const conditions: Condition[] = [];
  for (const [name, text] of Object.entries(filters)) {
    const meant = filterOf(resource, name);
    if (meant === undefined) {
      errors.push({ path: name.slice(0, NAME_CHARS_SHOWN), message: unknownFilter(resource) });
      continue;
    }
    const { field, column, operator } = meant;
    const value = filterValue(field, text);
    if (!value.ok) errors.push({ path: name, message: value.message });
    else conditions.push(operator === undefined ? [column, value.value] : [column, value.value, operator]);
  }
  if (errors.length > 0) return refuse({ code: "validation_failed", errors: errors.slice(0, ERRORS_MAX) });
  // In one order whatever the client's, so that the statement has one text.
  return { ok: true, conditions: conditions.toSorted((a, b) => keyOf(a) < keyOf(b) ? -1 : 1) };
}

function keyOf([column, , operator]: Condition): string {
  return `${column} ${operator ?? ""}`;
}

function filterOf(
  { fields, columns }: Resource,
  name: string,
): { field: Field; column: string; operator?: RangeOperator } | undefined {
  const own = (name: string) => Object.hasOwn(fields, name) ? fields[name] : undefined;
  const field = own(name);
  if (field?.filter) return { field, column: columns.get(name)! };
  const [, base = "", end] = RANGE_NAME.exec(name) ?? [];
  const ranged = own(base);
  if (!ranged?.range) return undefined;
  return { field: ranged, column: columns.get(base)!, operator: end === "From" ? ">=" : "<" };
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
  const ranges = Object.keys(resource.fields).filter((name) => resource.fields[name]?.range)
    .flatMap((name) => [`${name}From`, `${name}Before`]);
  const search = resource.search ? ["q"] : [];
  const known = ["propertyId", "limit", "cursor", "order", ...search, ...names, ...ranges];
  return `is not a parameter of this list; these are: ${known.join(", ")}`;
}
