import { kept } from "@/lib/live/kept.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-11-23T18:30`: what stands on the clock of a place at a moment, as an input of a form holds it. */
export function wallTime(at: string, timeZone: string): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return "";
  return new Date(time + offsetMs(time, timeZone)).toISOString().slice(0, "2026-11-23T18:30".length);
}

/**
 * The moment at which the clock of the place shows this, RFC 3339 in UTC; undefined where it is no time. An hour that the
 * clock skips in spring is read as if it did not; of one that comes twice in autumn, the first is meant.
 */
export function momentOf(wall: string, timeZone: string): string | undefined {
  const shown = Date.parse(`${wall}Z`);
  if (Number.isNaN(shown)) return undefined;
  // The offset in force is that of the moment sought, which is only known roughly: the second look is right.
  const near = shown - offsetMs(shown, timeZone);
  return new Date(shown - offsetMs(near, timeZone)).toISOString();
}

function offsetMs(time: number, timeZone: string): number {
  const parts = new Map(
    formatOf(timeZone).formatToParts(time).map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(time / 1000) * 1000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return kept(formats, timeZone, () => {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  });
}
