import { crossCheck } from "@/lib/ocr/cross_check.ts";
import { check, withCheck } from "@/lib/ocr/field.ts";
import type { FieldName, Fields } from "@/lib/ocr/reading.ts";

/** No check digit covers them: in a zone, a wrong letter of a name looks as good as a right one. */
const UNCHECKED: readonly FieldName[] = ["name", "surname", "givenNames"];

export interface ConfirmedContext {
  readonly print: Fields;
  /** Whether a document of this format shows the same on the same page; the back of a TD1 card does not. */
  readonly hasPrint: boolean;
  /** `YYYY-MM-DD` */
  readonly today: string;
}

/**
 * What a machine-readable zone says, compared with the print above it. Names need the print to say the same, letter by
 * letter: unlike a booking, it was written together with the zone. Otherwise a person looks.
 */
export function confirmed(mrz: Fields, { print, hasPrint, today }: ConfirmedContext): Fields {
  if (!hasPrint) return crossCheck(mrz, { today });
  const open = UNCHECKED.filter((name) => letters(mrz, name) !== letters(print, name));
  const borneOut = Object.fromEntries(
    Object.entries(print).filter(([name]) => !open.includes(name as FieldName)),
  );
  const fields = Object.entries(crossCheck(mrz, { print: borneOut, today })).map(([name, reading]) => {
    if (!open.includes(name as FieldName)) return [name, reading] as const;
    const detail = letters(print, name as FieldName) === undefined
      ? "The print could not be read, so nothing bears it out"
      : "The print says otherwise";
    return [name, withCheck(reading, check("agrees_with_print", false, detail))] as const;
  });
  return Object.fromEntries(fields);
}

/** Fields that stand alone: a person looks at each. */
export function alone(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, reading]) => [name, { ...reading, needsReview: true }]),
  );
}

function letters(fields: Fields, name: FieldName): string | undefined {
  return fields[name]?.value.toUpperCase().replaceAll(/[^A-Z]/g, "");
}
