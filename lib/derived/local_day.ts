import { kept } from "@/lib/live/kept.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SECOND_MS = 1_000;
/** Local midnight lies this far around UTC's: offsets go from -12 h to +14 h. */
const EARLIEST_MS = -15 * HOUR_MS;
const LATEST_MS = 13 * HOUR_MS;
/** Formats kept. A zone has many spellings, and clients choose them. */
const FORMATS_MAX = 500;
const STARTS_MAX = 5_000;

const formats = new Map<string, Intl.DateTimeFormat>();
const starts = new Map<string, number>();

/** The day, `YYYY-MM-DD`, of a moment (Unix milliseconds) in a time zone; in UTC where the zone is not known. */
export function localDay(at: number, zone: string): string {
  const parts = formatOf(zone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
}

/** The first moment of a day in a time zone, to the second: midnight, or later where clocks jump over it. */
export function startOfDay(day: string, zone: string): number {
  return kept(starts, `${day} ${zone}`, () => findStart(day, zone), STARTS_MAX);
}

function findStart(day: string, zone: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  let before = midnight + EARLIEST_MS;
  let from = midnight + LATEST_MS;
  while (from - before > SECOND_MS) {
    const middle = before + Math.floor((from - before) / 2 / SECOND_MS) * SECOND_MS;
    if (localDay(middle, zone) < day) before = middle;
    else from = middle;
  }
  return from;
}

/** `days` later, or earlier where negative. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Every day from the first to the last, both included. */
export function daysFrom(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}

/** First day of the month after the one that `day` lies in. */
export function nextMonth(day: string): string {
  const year = Number(day.slice(0, 4));
  const month = Number(day.slice(5, 7));
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  return kept(formats, zone, () => formatIn(zone) ?? formatIn("UTC")!, FORMATS_MAX);
}

function formatIn(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
  } catch {
    return undefined;
  }
}
