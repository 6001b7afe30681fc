import { addDays, daysFrom } from "@/lib/derived/local_day.ts";
import { isPlainObject } from "@/lib/resources/plain_json.ts";

/** Days taken from one event: the longest stay, in days. */
export const DAYS_NAMED_MAX = 62;

const DAY = /^(?:19|20)\d\d-\d\d-\d\d$/;
const INSTANT = /^(?:19|20)\d\d-\d\d-\d\dT/;

/**
 * The days that the record in an event's payload concerns, at most DAYS_NAMED_MAX: that of its money, and those of a
 * stay. A moment names the days around it, since only its property knows the time zone. Whatever is not understood names
 * none: what events of other publishers hold is theirs.
 */
export function namedDays(payload: Uint8Array): string[] {
  const { occurredAt, arrivesOn, departsOn } = dataOf(payload);
  const at = typeof occurredAt === "string" && INSTANT.test(occurredAt)
    ? asDay(occurredAt.slice(0, 10))
    : undefined;
  if (at !== undefined) return daysFrom(addDays(at, -1), addDays(at, 1));
  const first = asDay(arrivesOn);
  if (first === undefined) return [];
  const last = asDay(departsOn) ?? first;
  const limit = addDays(first, DAYS_NAMED_MAX - 1);
  return daysFrom(first, last < limit ? last : limit);
}

/** The id of the record in an event's payload, or whatever stands there. */
export function recordId(payload: Uint8Array): unknown {
  return dataOf(payload).id;
}

function dataOf(payload: Uint8Array): Record<string, unknown> {
  try {
    const event: unknown = JSON.parse(new TextDecoder().decode(payload));
    return isPlainObject(event) && isPlainObject(event.data) ? event.data : {};
  } catch {
    return {};
  }
}

function asDay(value: unknown): string | undefined {
  if (typeof value !== "string" || !DAY.test(value)) return undefined;
  const time = Date.parse(`${value}T00:00:00Z`);
  // One that the calendar does not have, the database would refuse.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value) ? value : undefined;
}
