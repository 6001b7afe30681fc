import type { ClientRecord } from "@/lib/client/collection.ts";

/** Sums of money in the organisation's currency; null: not known. */
export interface Totals {
  readonly revenueToday: number | null;
  readonly expenseToday: number | null;
  readonly revenueMonth: number | null;
  readonly expenseMonth: number | null;
  readonly pendingApprovals: number | null;
}

export interface TotalsParts {
  /** Records of `dashboard.metrics`, one for each property that is shown. */
  readonly metrics: readonly ClientRecord[];
  /** Records of `analytics.statistic` of these properties. */
  readonly statistics: readonly ClientRecord[];
  /** Are those all there are? Of a part, no sum is told. */
  readonly isComplete: boolean;
  /** `2026-11`: the month in the zone of a property. */
  readonly monthOf: (propertyId: number | null) => string;
}

/** The sums over the properties that are shown. */
export function totalsOf({ metrics, statistics, isComplete, monthOf }: TotalsParts): Totals {
  const month = statistics.filter(({ propertyId, day }) => String(day).startsWith(monthOf(propertyId)));
  return {
    revenueToday: sumOf(metrics, "revenueToday"),
    expenseToday: sumOf(metrics, "expenseToday"),
    revenueMonth: isComplete ? sumOf(month, "revenue") : null,
    expenseMonth: isComplete ? sumOf(month, "expense") : null,
    pendingApprovals: sumOf(metrics, "pendingApprovals"),
  };
}

/** The sum of one figure; null where no record has it. Amounts are added in hundredths, so that no float drifts. */
function sumOf(records: readonly ClientRecord[], name: string): number | null {
  const values = records.flatMap(({ figures }) => {
    const value = (figures as Readonly<Record<string, unknown>> | undefined)?.[name];
    return typeof value === "number" ? [value] : [];
  });
  if (values.length === 0) return null;
  const SCALE = 1_000;
  return values.reduce((sum, value) => sum + Math.round(value * SCALE), 0) / SCALE;
}
