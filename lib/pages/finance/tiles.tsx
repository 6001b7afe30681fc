import { localDay } from "@/lib/derived/local_day.ts";
import { totalsOf } from "@/lib/pages/finance/totals.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { currencyFormat, shortCurrencyFormat } from "@/lib/ui/number_formats.ts";
import { StatTile } from "@/lib/ui/stat_tile.tsx";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { useRecords } from "@/lib/ui/use_records.ts";

export interface FinanceFigures {
  /** Of `dashboard.metrics` and `analytics.statistic`. */
  readonly metrics: RecordPage;
  readonly statistics: RecordPage;
}

/** The sums of today and of this month, live. */
export function useTotals({ metrics, statistics }: FinanceFigures) {
  const { now, placeOf } = useFrame();
  const today = useRecords("metrics", { first: metrics });
  const days = useRecords("statistic", { first: statistics });
  const records = (rows: readonly { readonly record: ClientRecord }[]) => rows.map(({ record }) => record);
  const isComplete = !days.hasMore;
  const monthOf = (propertyId: number | null) => {
    return localDay(now, placeOf(propertyId).timeZone).slice(0, "2026-11".length);
  };
  const parts = { metrics: records(today.rows), statistics: records(days.rows), isComplete, monthOf };
  return { ...totalsOf(parts), isComplete };
}

export function FinanceTiles({ totals }: { totals: ReturnType<typeof useTotals> }) {
  const { data: { locale, currency } } = useFrame();
  const money = currencyFormat(locale, currency);
  const short = shortCurrencyFormat(locale, currency);
  const { revenueToday, expenseToday, revenueMonth, expenseMonth, isComplete } = totals;
  const result = revenueMonth === null || expenseMonth === null ? null : revenueMonth - expenseMonth;
  return (
    <section class="stats" aria-label="Totals">
      <StatTile label="Revenue today" value={revenueToday} format={money} short={short} />
      <StatTile label="Expenses today" value={expenseToday} format={money} short={short} />
      <StatTile label="Revenue this month" value={revenueMonth} format={money} short={short} />
      <StatTile label="Result this month" value={result} format={money} short={short}>
        {expenseMonth !== null && `after expenses of ${short(expenseMonth)}`}
        {!isComplete && "Choose a property to see it"}
      </StatTile>
    </section>
  );
}
