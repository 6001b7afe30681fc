const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Younger than this is "just now": counting seconds would only draw the eye. */
const JUST_NOW_MS = 45_000;
/** Older than this is told as a date. */
const WEEK_MS = 7 * DAY_MS;

/** How long ago `at` (Unix milliseconds) was, in few words; undefined where a date says more. A time to come is "just now". */
export function relativeTime(at: number, now: number): string | undefined {
  const age = now - at;
  if (age < JUST_NOW_MS) return "just now";
  if (age < HOUR_MS) return `${Math.max(1, Math.floor(age / MINUTE_MS))} min ago`;
  if (age < DAY_MS) return `${Math.floor(age / HOUR_MS)} h ago`;
  if (age < WEEK_MS) return `${Math.floor(age / DAY_MS)} d ago`;
  return undefined;
}
