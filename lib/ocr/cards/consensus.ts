import { check, field } from "@/lib/ocr/field.ts";
import type { FieldCheck, FieldReading } from "@/lib/ocr/reading.ts";

/** A value that one reading of a card found. */
export interface Found {
  readonly value: string;
  readonly confidence: number;
  readonly checks?: readonly FieldCheck[];
  readonly repaired?: boolean;
  readonly unsure?: boolean;
}

/** Print that nothing checks and that only one reading found needs to be so sure. */
const ALONE_CONFIDENCE_MIN = 0.9;

/**
 * One field from several readings of a card: what passes its checks comes before what most of them agree on. Readings
 * that contradict one another ask for a look.
 */
export function consensus(found: readonly (Found | undefined)[]): FieldReading | undefined {
  const values = found.filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  const passing = values.filter(passes);
  const isProven = (values: readonly Found[]) => values.some(({ checks = [] }) => checks.length > 0);
  const pool = passing.length > 0 && isProven(values) ? passing : values;
  const best = Map.groupBy(pool, ({ value }) => comparable(value)).values()
    .toArray().sort((a, b) => b.length - a.length || confidence(b) - confidence(a))[0]!;
  const chosen = best.toSorted((a, b) => Number(a.repaired ?? false) - Number(b.repaired ?? false))[0]!;
  const differ = pool.length > best.length;
  const agreement = pool.length < 2 && values.length < 2
    ? []
    : [check("readings_agree", !differ, "Two readings of the picture differ")];
  const alone = best.length === 1 && confidence(best) < ALONE_CONFIDENCE_MIN && !isProven(best);
  return field({
    value: chosen.value,
    source: "print",
    confidence: confidence(best),
    checks: [...chosen.checks ?? [], ...agreement],
    repaired: chosen.repaired ?? false,
    unsure: (chosen.unsure ?? false) || alone,
  });
}

function passes({ checks = [] }: Found): boolean {
  return checks.every(({ ok }) => ok);
}

function confidence(values: readonly Found[]): number {
  return Math.max(...values.map(({ confidence }) => confidence));
}

function comparable(value: string): string {
  return value.toUpperCase().replace(/[^A-Z0-9]/g, "");
}
