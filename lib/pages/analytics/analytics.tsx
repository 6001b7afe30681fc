import { useMemo } from "preact/hooks";
import type { RecordPage } from "@/lib/client/collection.ts";
import { addDays, daysFrom, localDay } from "@/lib/derived/local_day.ts";
import { formatTime } from "@/lib/live/formats.ts";
import { type DaySums, daySums, meanOf } from "@/lib/pages/analytics/sums.ts";
import { Chart, type Series } from "@/lib/ui/chart.tsx";
import { figureOf, sumOf } from "@/lib/ui/figure_of.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { currencyFormat, shortCurrencyFormat, wholeFormat } from "@/lib/ui/number_formats.ts";
import { PageHead } from "@/lib/ui/page_head.tsx";
import type { Records } from "@/lib/ui/records.ts";
import { Empty, sayProblem } from "@/lib/ui/states.tsx";
import { useAll } from "@/lib/ui/use_all.ts";
import { useRecords } from "@/lib/ui/use_records.ts";
import { Views } from "@/lib/ui/views.tsx";

/** Days that can be looked at. */
export const ANALYTICS_DAYS = [7, 30, 90] as const;

export interface AnalyticsData {
  /** One of `ANALYTICS_DAYS`. */
  readonly length: number;
  /** Of `analytics.statistic`, from `since` on: all of them, up to `ALL_RECORDS_MAX`. */
  readonly statistics: RecordPage;
  /** The first day read. It may be before the first one shown, which each property has at another moment. */
  readonly since: string;
  /** Of `dashboard.metrics`, for the number of rooms. */
  readonly metrics: RecordPage;
}

/** How the properties have done lately: four charts, live. */
export function Analytics({ length, statistics, since, metrics }: AnalyticsData) {
  const { data: { currency }, now, propertyId, placeOf } = useFrame();
  const records = useRecords("statistic", {
    first: statistics,
    filter: { dayFrom: since },
    keep: ({ day }) => String(day) >= since,
  });
  const houses = useRecords("metrics", { first: metrics });
  const isTooMuch = useAll(records);
  const isWhole = !records.hasMore && records.state === "ready";
  const today = localDay(now, placeOf(propertyId).timeZone);
  const days = useMemo(() => daysFrom(addDays(today, 1 - length), today), [today, length]);
  const rooms = new Map(
    houses.rows.map(({ record }) => [record.propertyId, figureOf(record.figures, "roomsTotal")]),
  );
  const sums = daySums({
    statistics: records.rows.map(({ record }) => record),
    days,
    roomsOf: (id) => rooms.get(id) ?? null,
    currency,
  });
  return (
    <>
      <PageHead title="Analytics" />
      <Views
        path="/analytics"
        current={String(length)}
        views={ANALYTICS_DAYS.map((days) => ({ name: String(days), label: `${days} days` }))}
      />
      <State records={records} isTooMuch={isTooMuch} hasOthers={sums.hasOthers} />
      {records.rows.length === 0 && records.state === "ready"
        ? (
          <div class="card">
            <Empty
              icon="analytics"
              title="No figures yet"
              text="What happens in a property is added up here, day by day."
            />
          </div>
        )
        : <Charts sums={sums} days={days} isBusy={!isWhole} />}
    </>
  );
}

/** What must be known about the sums: one line, or none. */
function State(
  { records, isTooMuch, hasOthers }: { records: Records; isTooMuch: boolean; hasOthers: boolean },
) {
  const { state, problem } = records;
  if (state === "failed") {
    return (
      <p role="alert">
        <span class="error">
          These figures may be out of date: {problem ? sayProblem(problem) : "no answer"}
        </span>{" "}
        <button type="button" class="link" onClick={() => records.reload()}>Try again</button>
      </p>
    );
  }
  if (isTooMuch) {
    return (
      <p class="error" role="alert">
        There are too many properties to add up: choose one to see its figures.
      </p>
    );
  }
  return hasOthers
    ? <p class="muted">Money in other currencies than the organisation's is not in these sums.</p>
    : null;
}

function Charts({ sums, days, isBusy }: { sums: DaySums; days: readonly string[]; isBusy: boolean }) {
  const { data: { locale, currency }, placeOf } = useFrame();
  const whole = wholeFormat(locale);
  const share = (value: number) => `${whole(value)} %`;
  const axis = {
    unit: "Day",
    span: `${days.length} days`,
    places: days.map((day) => formatTime(day, "day", placeOf(null))),
  };
  const { revenue, expense, occupancy, arrivals, departures, tasksCreated, tasksDone } = sums;
  const result = revenue.map((value, at) => sumOf([value, -expense[at]!])!);
  return (
    <div class="charts" aria-busy={isBusy}>
      <Chart
        {...axis}
        title="Revenue and expenses"
        kind="bars"
        series={[summed("Revenue", revenue), summed("Expenses", expense)]}
        beside={summed("Result", result)}
        format={currencyFormat(locale, currency)}
        axisFormat={shortCurrencyFormat(locale, currency)}
      />
      <Chart
        {...axis}
        title="Occupancy"
        kind="line"
        series={[{ label: "Rooms slept in", values: occupancy, whole: meanOf(occupancy) }]}
        format={share}
        axisFormat={share}
        least={100}
      />
      <Chart
        {...axis}
        title="Arrivals and departures"
        kind="bars"
        series={[summed("Arrivals", arrivals), summed("Departures", departures)]}
        format={whole}
        axisFormat={whole}
      />
      <Chart
        {...axis}
        title="Tasks"
        kind="bars"
        series={[summed("Added", tasksCreated), summed("Done", tasksDone)]}
        format={whole}
        axisFormat={whole}
      />
    </div>
  );
}

function summed(label: string, values: readonly number[]): Series {
  return { label, values, whole: sumOf(values) };
}
