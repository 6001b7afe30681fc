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

/** What a machine-readable zone says, compared with the print above it. Names that the print does not bear out need a look. */
export function confirmed(mrz: Fields, { print, hasPrint, today }: ConfirmedContext): Fields {
  const compared = crossCheck(mrz, { print, today });
  if (!hasPrint) return compared;
  const fields = Object.entries(compared).map(([name, reading]) => {
    const isCompared = reading.checks.some((made) => made.name === "agrees_with_print");
    const isOpen = UNCHECKED.includes(name as FieldName) && !isCompared;
    const detail = "The print could not be read, so nothing bears it out";
    return [name, isOpen ? withCheck(reading, check("agrees_with_print", false, detail)) : reading] as const;
  });
  return Object.fromEntries(fields);
}

/** Fields that stand alone: a person looks at each. */
export function alone(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, reading]) => [name, { ...reading, needsReview: true }]),
  );
}
