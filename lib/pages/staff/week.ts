import { dayAfter, daysBetween } from "@/lib/pages/guests/stays.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { momentOf, wallTime } from "@/lib/ui/zoned_time.ts";

export const WEEK_DAYS = 7;
/** No clock on earth is further from that of Greenwich than this. */
const OFFSET_MS_MAX = 14 * 3_600_000;
/** Of a shift that nothing is known of. */
const USUAL_HOURS = ["09:00", "17:00"] as const;

/** The Monday of the week of a day. */
export function mondayOf(day: string): string {
  const MONDAY = "2024-01-01";
  const days = daysBetween(MONDAY, day);
  return dayAfter(day, -(((days % WEEK_DAYS) + WEEK_DAYS) % WEEK_DAYS));
}

/** Monday to Sunday. */
export function daysOf(monday: string): readonly string[] {
  return Array.from({ length: WEEK_DAYS }, (_, n) => dayAfter(monday, n));
}

/** Does text name a day of the calendar? */
export function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** What a list of shifts is asked for: all that begin in this week, wherever on earth. */
export function weekFilter(monday: string): Readonly<Record<"startsAtFrom" | "startsAtBefore", string>> {
  const start = Date.parse(`${monday}T00:00:00Z`);
  const end = Date.parse(`${dayAfter(monday, WEEK_DAYS)}T00:00:00Z`);
  return {
    startsAtFrom: new Date(start - OFFSET_MS_MAX).toISOString(),
    startsAtBefore: new Date(end + OFFSET_MS_MAX).toISOString(),
  };
}

/** The same question to a shift. */
export function isInWeek({ startsAt }: ClientRecord, monday: string): boolean {
  const { startsAtFrom, startsAtBefore } = weekFilter(monday);
  const time = Date.parse(String(startsAt));
  return time >= Date.parse(startsAtFrom) && time < Date.parse(startsAtBefore);
}

/** `07:00–15:00`, on the clock of the place; `23:00–07:00 +1` where it ends on another day. */
export function hoursOf({ startsAt, endsAt }: ClientRecord, timeZone: string): string {
  const [startDay = "", start = ""] = wallTime(String(startsAt), timeZone).split("T");
  const [endDay = "", end = ""] = wallTime(String(endsAt), timeZone).split("T");
  const days = startDay === "" || endDay === "" ? 0 : daysBetween(startDay, endDay);
  return `${start}–${end}${days > 0 ? ` +${days}` : ""}`;
}

/** Hours of work, with one decimal where there is a part of an hour. */
export function workedHours(shifts: readonly ClientRecord[]): number {
  const ms = shifts.reduce((sum, { startsAt, endsAt }) => {
    const length = Date.parse(String(endsAt)) - Date.parse(String(startsAt));
    return sum + (length > 0 ? length : 0);
  }, 0);
  return Math.round(ms / 360_000) / 10;
}

/** Shifts of one employee that overlap with another one of theirs. */
export function clashing(shifts: readonly ClientRecord[]): ReadonlySet<number> {
  const begins = ({ startsAt }: ClientRecord) => Date.parse(String(startsAt));
  const ends = ({ endsAt }: ClientRecord) => Date.parse(String(endsAt));
  const clashes = new Set<number>();
  let last: ClientRecord | undefined;
  for (const shift of shifts.toSorted((a, b) => begins(a) - begins(b))) {
    if (last !== undefined && begins(shift) < ends(last)) clashes.add(last.id).add(shift.id);
    if (last === undefined || ends(shift) > ends(last)) last = shift;
  }
  return clashes;
}

/** What a new shift of an employee on a day is likely to be: the hours and the duty of their latest one. */
export function likelyShift(
  day: string,
  shifts: readonly ClientRecord[],
  timeZone: string,
): Readonly<Record<"startsAt" | "endsAt" | "duty", string>> {
  const latest = shifts.toSorted((a, b) => String(a.startsAt) < String(b.startsAt) ? -1 : 1).at(-1);
  const clock = (at: unknown) => wallTime(String(at), timeZone).split("T")[1];
  const start = (latest && clock(latest.startsAt)) ?? USUAL_HOURS[0];
  const end = (latest && clock(latest.endsAt)) ?? USUAL_HOURS[1];
  return {
    startsAt: momentOf(`${day}T${start}`, timeZone) ?? "",
    endsAt: momentOf(`${end > start ? day : dayAfter(day, 1)}T${end}`, timeZone) ?? "",
    duty: String(latest?.duty ?? ""),
  };
}

/** The leave of an employee on a day, where it was granted or is asked for. */
export function leaveOn(
  leaves: readonly ClientRecord[],
  employeeId: number,
  day: string,
): ClientRecord | undefined {
  return leaves.find((leave) =>
    leave.employeeId === employeeId && (leave.status === "approved" || leave.status === "pending") &&
    String(leave.startsOn) <= day && day <= String(leave.endsOn)
  );
}
