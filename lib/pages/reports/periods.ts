import { addDays, nextMonth } from "@/lib/derived/local_day.ts";
import { formatTime, type Place } from "@/lib/live/formats.ts";

/** Days from the first to the last, both included: `2026-11-01`. */
export interface DaySpan {
  readonly startsOn: string;
  readonly endsOn: string;
}

export const PRESETS = ["this month", "last month", "this quarter"] as const;
export type Preset = typeof PRESETS[number];

const QUARTER_MONTHS = 3;

/** The whole month or quarter that is meant on this day. */
export function presetSpan(preset: Preset, today: string): DaySpan {
  const month = firstOfMonth(today);
  switch (preset) {
    case "this month":
      return monthsFrom(month, 1);
    case "last month":
      return monthsFrom(firstOfMonth(addDays(month, -1)), 1);
    case "this quarter": {
      const number = Number(today.slice(5, 7));
      const first = number - (number - 1) % QUARTER_MONTHS;
      return monthsFrom(`${today.slice(0, 5)}${String(first).padStart(2, "0")}-01`, QUARTER_MONTHS);
    }
  }
}

/** `November 2026` where it is a whole month, else its first and last day. */
export function spanName({ startsOn, endsOn }: DaySpan, place: Place): string {
  const whole = monthsFrom(startsOn, 1);
  if (startsOn === firstOfMonth(startsOn) && endsOn === whole.endsOn) return monthName(startsOn, place);
  if (startsOn === endsOn) return formatTime(startsOn, "day", place);
  return `${formatTime(startsOn, "day", place)} – ${formatTime(endsOn, "day", place)}`;
}

/** `November 2026` of any day in it, or of `2026-11`. */
export function monthName(day: string, { locale }: Place): string {
  const time = Date.parse(`${day.slice(0, 7)}-01T00:00:00Z`);
  if (Number.isNaN(time)) return day;
  return new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" }).format(time);
}

function monthsFrom(first: string, count: number): DaySpan {
  let after = first;
  for (let n = 0; n < count; n++) after = nextMonth(after);
  return { startsOn: first, endsOn: addDays(after, -1) };
}

function firstOfMonth(day: string): string {
  return `${day.slice(0, "2026-11".length)}-01`;
}
