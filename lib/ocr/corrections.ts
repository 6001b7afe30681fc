import * as v from "valibot";
import { ID } from "@/lib/contracts/json_schema.ts";
import { wire } from "@/lib/contracts/wire.ts";
import type { FieldError } from "@/lib/protocol/problems.ts";
import { isId } from "@/lib/protocol/subjects.ts";
import { FIELD_NAMES, type FieldName, type FieldReading, type Fields } from "@/lib/ocr/reading.ts";
import { VALUE_CHARS_MAX } from "@/lib/ocr/reader_answers.ts";
import { day, text } from "@/lib/resources/fields.ts";

const country = /^[A-Z]{1,3}$/;

/** How a person may write each field; every other one is any text. */
const FORMS: Partial<Readonly<Record<FieldName, v.GenericSchema<unknown, unknown>>>> = {
  dateOfBirth: day({ required: true }).schema,
  issuedOn: day({ required: true }).schema,
  expiresOn: day({ required: true }).schema,
  yearOfBirth: v.pipe(v.string("must be text"), v.regex(/^(19|20)\d\d$/, "must be a year such as 1985")),
  sex: v.picklist(["M", "F", "X"], "must be one of M, F, X"),
  nationality:
    text({ max: 3, required: true, pattern: country, says: "must be a country code such as IND" }).schema,
  issuer:
    text({ max: 3, required: true, pattern: country, says: "must be a country code such as IND" }).schema,
};
/** What a person may write into this field of a document. */
export function correctionForm(name: FieldName): v.GenericSchema<unknown, unknown> {
  return FORMS[name] ?? ANY;
}

const ANY = text({ max: VALUE_CHARS_MAX, required: true }).schema;

/** What a person puts right in a document: the version they saw, and values by field. */
export interface Corrections {
  readonly version: number;
  readonly values: Readonly<Partial<Record<FieldName, string>>>;
}

/** The body of a correction, as far as it does not depend on the field. */
export const CorrectionsSchema = v.strictObject({
  version: v.pipe(v.custom<number>(isId), wire(ID)),
  fields: v.record(v.string(), v.unknown()),
});

/** Validates the body of a correction. `mask` takes out what must not be kept. */
export function readCorrections(
  body: unknown,
  mask: (text: string) => string,
): Corrections | { readonly errors: readonly FieldError[] } {
  const parsed = v.safeParse(CorrectionsSchema, body);
  if (!parsed.success) {
    return { errors: [{ path: "", message: "must be {version, fields: {name: value, ...}}" }] };
  }
  const { version, fields } = parsed.output;
  const errors: FieldError[] = [];
  const values: Partial<Record<FieldName, string>> = {};
  for (const [name, value] of Object.entries(fields)) {
    const path = `fields.${name.slice(0, 64)}`;
    const known = FIELD_NAMES.find((field) => field === name);
    if (known === undefined) {
      errors.push({ path, message: `is not a field of a document; these are: ${FIELD_NAMES.join(", ")}` });
      continue;
    }
    const read = v.safeParse(correctionForm(known), value, { abortPipeEarly: true });
    if (read.success) values[known] = mask(read.output as string);
    else errors.push({ path, message: read.issues[0].message });
  }
  if (errors.length === 0 && Object.keys(values).length === 0) {
    errors.push({ path: "fields", message: "must name at least one field" });
  }
  return errors.length > 0 ? { errors } : { version, values };
}

/** A field as a person has it: nothing about it is in doubt any more. */
export function corrected(value: string): FieldReading {
  return { value, source: "person", checks: [], confidence: 1, repaired: false, needsReview: false };
}

/** Does a person have to look at any of them? */
export function needReview(fields: Fields): boolean {
  return Object.values(fields).some((field) => field.needsReview);
}
