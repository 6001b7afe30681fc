import type { FieldName, Fields } from "@/lib/ocr/reading.ts";
import type { Truth } from "./specimen.ts";

/**
 * What became of one field. `right`: exact and nothing asked; `right_flagged`: exact, and a person is asked to look;
 * `wrong_flagged`: another value, and a person is asked; `missing`: nothing was read; `wrong`: another value that
 * nobody is told about, the one thing that must not happen.
 */
export type Score = "right" | "right_flagged" | "wrong_flagged" | "missing" | "wrong";
export const SCORES = ["right", "right_flagged", "wrong_flagged", "missing", "wrong"] as const;

export interface FieldScore {
  readonly field: FieldName;
  readonly score: Score;
  readonly expected: string;
  readonly got: string | undefined;
}

/** Capitals of print are a matter of its type, and engines take some of them for small letters. */
const NAMES: readonly FieldName[] = ["name", "surname", "givenNames", "fatherName"];

/**
 * Each field of the truth against what was read: exact, but for the case of names. What was read and is not in the
 * truth is not looked at.
 */
export function scoresOf(truth: Truth, fields: Fields): FieldScore[] {
  return (Object.keys(truth) as FieldName[]).map((name) => {
    const reading = fields[name], expected = truth[name]!;
    const score = reading === undefined
      ? "missing"
      : isExact(name, reading.value, expected)
      ? reading.needsReview ? "right_flagged" : "right"
      : reading.needsReview
      ? "wrong_flagged"
      : "wrong";
    return { field: name, score, expected, got: reading?.value };
  });
}

function isExact(name: FieldName, value: string, expected: string): boolean {
  return NAMES.includes(name) ? value.toUpperCase() === expected.toUpperCase() : value === expected;
}

/** Does what was read hold a number that must be masked, however its digits are grouped? */
export function tells(secret: string, told: unknown): boolean {
  return JSON.stringify(told).replaceAll(/[\s-]/g, "").includes(secret);
}
