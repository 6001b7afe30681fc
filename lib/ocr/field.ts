import type { FieldCheck, FieldReading, Fields, FieldSource } from "@/lib/ocr/reading.ts";

/** How much of the doubt about a value is left where a check digit agrees. */
const DOUBT_AFTER_CHECK = 0.2;
/** A value that a person must look at is at most so sure. */
const UNSURE_MAX = 0.6;
const FAILED_MAX = 0.3;

export interface FieldParts {
  readonly value: string;
  readonly source: FieldSource;
  /** 0 to 1: how sure the engine was. */
  readonly confidence: number;
  readonly checks?: readonly FieldCheck[];
  readonly repaired?: boolean;
  /** A reason besides failed checks. */
  readonly unsure?: boolean;
}

/** A field; it needs review where a check failed or its reader is unsure. */
export function field(
  { value, source, confidence, checks = [], repaired = false, unsure = false }: FieldParts,
): FieldReading {
  const failed = checks.some(({ ok }) => !ok);
  const needsReview = failed || unsure;
  const checked = checks.length > 0 && !failed ? 1 - (1 - confidence) * DOUBT_AFTER_CHECK : confidence;
  const most = failed ? FAILED_MAX : unsure ? UNSURE_MAX : 1;
  return { value, source, checks, confidence: rounded(Math.min(checked, most)), repaired, needsReview };
}

/** The field with one more check; a failed one asks for a look. */
export function withCheck(reading: FieldReading, check: FieldCheck): FieldReading {
  return {
    ...reading,
    checks: [...reading.checks, check],
    needsReview: reading.needsReview || !check.ok,
  };
}

/** A check as its readers give it: no sentence where it is ok. */
export function check(name: string, ok: boolean, detail: string): FieldCheck {
  return ok ? { name, ok } : { name, ok, detail };
}

/** The fields that are there. */
export function present(fields: Readonly<Record<string, FieldReading | undefined>>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, reading]) => reading !== undefined));
}

function rounded(confidence: number): number {
  return Math.round(Math.max(0, confidence) * 1000) / 1000;
}
