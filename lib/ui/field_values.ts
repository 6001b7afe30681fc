import type { FieldError } from "@/lib/protocol/problems.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { readBody } from "@/lib/resources/validate.ts";
import type { FieldSpec } from "@/lib/ui/field_spec.ts";
import { momentOf, wallTime } from "@/lib/ui/zoned_time.ts";

/** What stands in the fields of a form, by name. */
export type Texts = Readonly<Record<string, string>>;

export interface FormPlan {
  readonly resource: Resource;
  readonly verb: "create" | "update";
  readonly fields: readonly FieldSpec[];
}

/** What a form shows at first for the values of a record; `timeZone` is the record's. */
export function textsOf(
  fields: readonly FieldSpec[],
  values: Readonly<Record<string, unknown>>,
  timeZone: string,
): Texts {
  return Object.fromEntries(fields.map(({ name, kind }) => {
    const value = values[name];
    if (value === null || value === undefined) return [name, ""];
    if (kind === "moment") return [name, wallTime(String(value), timeZone)];
    return [name, typeof value === "object" ? JSON.stringify(value) : String(value)];
  }));
}

/**
 * The body that a form sends: of a create what was filled in, of an update what was changed. What was emptied is null
 * where the field may be, else empty text, about which the definition has its say.
 */
export function bodyOf(
  { resource, verb, fields }: FormPlan,
  texts: Texts,
  before: Texts,
  timeZone: string,
): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    const text = (texts[field.name] ?? "").trim();
    const changed = text !== (before[field.name] ?? "").trim();
    if (verb === "create" ? text === "" : !changed) continue;
    body[field.name] = text === "" ? emptyOf(resource, field.name) : valueOf(field, text, timeZone);
  }
  return body;
}

/** What is wrong with a body, by the name of the field; the server would say the same. */
export function errorsOf(
  { resource, verb, fields }: FormPlan,
  body: object,
): Readonly<Record<string, string>> {
  const read = readBody(resource, body, verb);
  return read.ok ? {} : errorsByName(fields, read.problem.errors ?? []);
}

/** Errors of the API as sentences under the fields that they are about. */
export function errorsByName(
  fields: readonly FieldSpec[],
  errors: readonly FieldError[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(errors.map(({ path, message }) => {
    const label = fields.find(({ name }) => name === path)?.label ?? path;
    return [path, `${label} ${message}`];
  }));
}

function emptyOf(resource: Resource, name: string): null | "" {
  const field = resource.fields[name];
  return field !== undefined && !field.required && field.fallback === null ? null : "";
}

/** Text that means no value of its kind goes on as it is: the definition says in words what is wrong with it. */
function valueOf({ kind }: FieldSpec, text: string, timeZone: string): unknown {
  switch (kind) {
    case "whole":
    case "reference":
    case "property":
      return /^-?[0-9]{1,16}$/.test(text) ? Number(text) : text;
    case "amount":
      return text.replaceAll(/\s/g, "");
    case "moment":
      return momentOf(text, timeZone) ?? text;
    case "flag":
      return text === "true";
    case "places":
      return text === "*" ? text : JSON.parse(text);
    default:
      return text;
  }
}
