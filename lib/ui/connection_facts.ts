import type { Status } from "@/lib/client/machine_types.ts";
import { formatNumber, type Place } from "@/lib/live/formats.ts";
import type { LastEvent } from "@/lib/live/feed.ts";
import { relativeTime } from "@/lib/live/relative_time.ts";

/** An event that took longer was waiting for a connection, and says nothing about this one. */
const LATE_MS = 60_000;
const SECOND_MS = 1_000;

type Fact = readonly [name: string, value: string];

/** What the connection pill tells on a click. */
export function factsOf(
  { state, since, seq, retryAt }: Status,
  last: LastEvent | null,
  { now, locale }: Pick<Place, "locale"> & { now: number },
): Fact[] {
  // The person's own time zone: it is their connection.
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium", hourCycle: "h23" });
  const facts: Fact[] = [["Transport", state === "live" ? "WebSocket" : "none at the moment"]];
  if (since > 0) facts.push([state === "live" ? "Connected since" : "Since", clock.format(since)]);
  if (retryAt !== null) facts.push(["Next attempt", clock.format(retryAt)]);
  facts.push([
    "Last event",
    last === null ? "none yet" : relativeTime(last.receivedAt, now) ?? clock.format(last.receivedAt),
  ]);
  if (last !== null && last.ageMs !== null) facts.push(["It took", delay(last.ageMs, locale)]);
  facts.push(["Position", formatNumber(seq, { locale, timeZone: "UTC" })]);
  return facts;
}

function delay(ms: number, locale: string): string {
  if (ms >= LATE_MS) return "caught up later";
  const [value, unit] = ms < SECOND_MS ? [Math.round(ms), "ms"] : [ms / SECOND_MS, "s"];
  return `${formatNumber(value, { locale, timeZone: "UTC" })} ${unit}`;
}
