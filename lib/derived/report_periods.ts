import { addDays, nextMonth } from "@/lib/derived/local_day.ts";

/** Longest report, so that its months can be read one by one and its years fit. */
export const REPORT_YEARS_MAX = 100;

/** A month of a report, or the part of it that the report covers. */
export interface Period {
  /** `YYYY-MM` */
  readonly month: string;
  readonly from: string;
  /** The day after its last. */
  readonly until: string;
}

/** The months of the days from `startsOn` to `endsOn`, both included; undefined where that is too long for a report. */
export function periodsOf(startsOn: string, endsOn: string): Period[] | undefined {
  if (yearOf(endsOn) - yearOf(startsOn) >= REPORT_YEARS_MAX) return undefined;
  const after = addDays(endsOn, 1);
  const periods: Period[] = [];
  for (let from = startsOn; from < after;) {
    const next = nextMonth(from);
    const until = next < after ? next : after;
    periods.push({ month: from.slice(0, 7), from, until });
    from = until;
  }
  return periods;
}

function yearOf(day: string): number {
  return Number(day.slice(0, 4));
}
