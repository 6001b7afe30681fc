import type { LiveEvent } from "@/lib/client/client_types.ts";
import type { Service } from "@/lib/protocol/services.ts";

/** Events kept for a news on a page, and as many that wait while it must not move. */
export const NEWS_EVENTS_MAX = 500;
/** Ids remembered before the older half of them is dropped. */
const SINCE_MAX = 2 * NEWS_EVENTS_MAX;

/** What happened lately, the newest first; whatever is told twice stands there once. */
export class NewsList {
  readonly #keep: (event: LiveEvent) => boolean;
  #events: readonly LiveEvent[] = [];
  #waiting: readonly LiveEvent[] = [];
  #arrived = new Set<string>();
  #isHeld = false;
  /** What has come since a reading began. */
  #since = new Set<string>();

  /** `keep`: does an event belong here? */
  constructor(first: readonly LiveEvent[], keep: (event: LiveEvent) => boolean) {
    this.#keep = keep;
    this.#events = this.#bounded(first);
  }

  get events(): readonly LiveEvent[] {
    return this.#events;
  }

  /** What has come while the list must not move. */
  get waiting(): readonly LiveEvent[] {
    return this.#waiting;
  }

  /** Has it come while the page was looked at? */
  isNew({ id }: LiveEvent): boolean {
    return this.#arrived.has(id);
  }

  /** As they come: the newest last. */
  add(events: readonly LiveEvent[]): void {
    const known = new Set([...this.#events, ...this.#waiting].map(({ id }) => id));
    const fresh = events.filter(({ id }) => !known.has(id)).toReversed();
    for (const { id } of fresh) this.#since.add(id);
    if (this.#since.size > SINCE_MAX) this.#since = new Set([...this.#since].slice(-NEWS_EVENTS_MAX));
    if (this.#isHeld) this.#waiting = this.#bounded([...fresh, ...this.#waiting]);
    else this.#put(fresh);
  }

  hold(on: boolean): void {
    this.#isHeld = on;
    if (!on) this.release();
  }

  /** Lets in what waits. */
  release(): void {
    this.#put(this.#waiting);
    this.#waiting = [];
  }

  /** It is about to be read anew. */
  beginReading(): void {
    this.#since = new Set();
  }

  /** The list as it was read, the newest first; what has come since the reading began stays on top. */
  read(events: readonly LiveEvent[]): void {
    const read = new Set(events.map(({ id }) => id));
    const later = ({ id }: LiveEvent) => this.#since.has(id) && !read.has(id);
    this.#events = this.#bounded([...this.#events.filter(later), ...events]);
    this.#waiting = this.#waiting.filter(later);
  }

  /** Drops what does not belong here any more. */
  narrow(): void {
    this.#events = this.#bounded(this.#events);
    this.#waiting = this.#bounded(this.#waiting);
  }

  /** Nothing is new any more. */
  settle(): void {
    this.#arrived = new Set();
  }

  #put(fresh: readonly LiveEvent[]): void {
    this.#events = this.#bounded([...fresh, ...this.#events]);
    const kept = new Set(this.#events.map(({ id }) => id));
    this.#arrived = new Set([...this.#arrived, ...fresh.map(({ id }) => id)].filter((id) => kept.has(id)));
  }

  #bounded(events: readonly LiveEvent[]): readonly LiveEvent[] {
    return events.filter((event) => this.#keep(event)).slice(0, NEWS_EVENTS_MAX);
  }
}

/**
 * Figures are computed again whenever anything happens, and a report tells how far it is: they are no news of their own.
 */
export function isFigures({ service, action }: Pick<LiveEvent, "service" | "action">): boolean {
  return service === "dashboard" || service === "analytics" || service === "reports" && action === "updated";
}

/** How much news each service has among events. */
export function newsCounts(
  events: readonly Pick<LiveEvent, "service" | "action">[],
): ReadonlyMap<Service, number> {
  const counts = new Map<Service, number>();
  for (const event of events) {
    if (!isFigures(event)) counts.set(event.service, (counts.get(event.service) ?? 0) + 1);
  }
  return counts;
}
