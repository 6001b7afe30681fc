import { addDays, localDay, startOfDay } from "@/lib/derived/local_day.ts";

const MINUTE_MS = 60_000;

/** The days around the moment of seeding, in a hotel's time zone. */
export class DemoCalendar {
  /** Unix milliseconds. */
  readonly now: number;
  readonly today: string;
  readonly #zone: string;

  constructor(now: number, zone: string) {
    this.now = now;
    this.today = localDay(now, zone);
    this.#zone = zone;
  }

  /** Days from today; negative ones have passed. */
  day(offset: number): string {
    return addDays(this.today, offset);
  }

  /** A time of that day, RFC 3339. */
  at(offset: number, hour: number, minute = 0): string {
    const start = startOfDay(this.day(offset), this.#zone);
    return new Date(start + (hour * 60 + minute) * MINUTE_MS).toISOString();
  }

  /** The same, but never after now. */
  past(offset: number, hour: number, minute = 0): string {
    const at = this.at(offset, hour, minute);
    const now = new Date(this.now).toISOString();
    return at < now ? at : now;
  }

  hasPassed(at: string): boolean {
    return Date.parse(at) <= this.now;
  }

  /** Days since Monday. */
  get weekday(): number {
    return (new Date(`${this.today}T00:00:00Z`).getUTCDay() + 6) % 7;
  }
}
