import type { ClientStatus } from "@/lib/client/client_types.ts";
import { formatNumber } from "@/lib/live/formats.ts";
import { SERVICE_WORDS } from "@/lib/live/words.ts";
import { relativeTime } from "@/lib/live/relative_time.ts";

/** An event that took longer was waiting for a connection, and says nothing about this one. */
const LATE_MS = 60_000;
const SECOND_MS = 1_000;

type Fact = readonly [name: string, value: string];

const TRANSPORTS = { websocket: "WebSocket", long_poll: "Long polling" } as const;

/** What the connection pill tells on a click. */
export function factsOf(
  { state, since, transport, role, position, retryAt, received, last, off }: ClientStatus,
  { now, locale }: { readonly now: number; readonly locale: string },
): readonly Fact[] {
  // The person's own time zone: it is their connection.
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium", hourCycle: "h23" });
  const number = (value: number) => formatNumber(value, { locale, timeZone: "UTC" });
  const facts: Fact[] = [
    ["Transport", transport === null ? "none at the moment" : TRANSPORTS[transport]],
    ["This tab", role === "leader" ? "holds the connection" : "shares another tab's"],
  ];
  // Neither by stream nor by poll: what is on the page of these stays as it was loaded.
  if (off.length > 0) facts.push(["Not updating", off.map((name) => SERVICE_WORDS[name].label).join(", ")]);
  if (since > 0) facts.push([state === "live" ? "Connected since" : "Since", clock.format(since)]);
  if (retryAt !== null) facts.push(["Next attempt", clock.format(retryAt)]);
  facts.push([
    "Last event",
    last === null ? "none yet" : relativeTime(last.receivedAt, now) ?? clock.format(last.receivedAt),
  ]);
  if (last !== null && last.ageMs !== null) facts.push(["It took", delay(last.ageMs, number)]);
  facts.push(["Events received", number(received)], ["Position", number(position.seq)]);
  return facts;
}

function delay(ms: number, number: (value: number) => string): string {
  if (ms >= LATE_MS) return "caught up later";
  return ms < SECOND_MS ? `${number(Math.round(ms))} ms` : `${number(ms / SECOND_MS)} s`;
}
