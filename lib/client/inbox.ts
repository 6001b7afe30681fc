import type { Subscription } from "@/lib/protocol/frames.ts";
import type { EventFilter, LiveEvent } from "@/lib/client/client_types.ts";
import { Dedup } from "@/lib/client/dedup.ts";
import type { Position } from "@/lib/client/position.ts";
import { type Batch, RecentEvents } from "@/lib/client/recent_events.ts";
import { isWished } from "@/lib/client/wishes.ts";

type Listener = (events: readonly LiveEvent[]) => void;

export interface InboxOptions {
  readonly orgId: number;
  readonly position: Position;
  /** What this tab wants to see: others of the person may want more. */
  readonly wish: () => Subscription;
  /** A listener threw: it must not keep the others from hearing. */
  readonly failed: (error: unknown) => void;
}

/** Everything that one tab has received, by whichever way: each event goes to its listeners once. */
export class Inbox {
  readonly dedup = new Dedup();
  readonly #options: InboxOptions;
  readonly #recent: RecentEvents;
  readonly #listeners = new Set<{ readonly filter: EventFilter; readonly listener: Listener }>();
  #position: Position;
  #received = 0;
  #last: { receivedAt: number; ageMs: number | null } | null = null;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#position = options.position;
    this.#recent = new RecentEvents(options.position);
  }

  get position(): Position {
    return this.#position;
  }

  get received(): number {
    return this.#received;
  }

  get last(): { readonly receivedAt: number; readonly ageMs: number | null } | null {
    return this.#last;
  }

  on(filter: EventFilter, listener: Listener): () => void {
    const entry = { filter, listener };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** Takes a batch of which nothing was seen before. */
  take(batch: Batch, now: number): void {
    this.#recent.add(batch);
    this.#hand(batch, now);
  }

  /** Takes a batch of which some may have been seen before. */
  takeNew(batch: Batch, now: number): void {
    const { orgId } = this.#options;
    this.#recent.add(batch);
    this.#hand({ ...batch, events: batch.events.filter(({ id }) => !this.dedup.seen(orgId, id)) }, now);
  }

  #hand({ service, events: all, seq, ageMs }: Batch, now: number): void {
    const events = all.filter(({ propertyId }) => {
      return isWished(this.#options.wish(), service, propertyId ?? null);
    }).map((event) => ({ ...event, service, seq }));
    if (events.length === 0) return;
    this.#received += events.length;
    this.#last = { receivedAt: now, ageMs };
    for (const { filter, listener } of [...this.#listeners]) {
      const fitting = events.filter((event) => fits(event, filter));
      if (fitting.length > 0) this.#call(listener, fitting);
    }
  }

  /** Everything up to here was received. */
  moveTo(position: Position): void {
    // The first place that is known: what came before it nobody can be told.
    if (this.#position.epoch === null) this.completeFrom(position);
    this.#position = position;
  }

  /** More is received from here on: of what came before, not everything that others may want is known. */
  completeFrom(position: Position): void {
    this.#recent.completeFrom(position);
  }

  /** Nothing before this counts any more. */
  restartAt(position: Position): void {
    this.#recent.startAt(position);
    this.#position = position;
  }

  /** What somebody at `position` may have missed; undefined where not all of it is known. */
  since(position: Position): readonly Batch[] | undefined {
    return this.#recent.since(position);
  }

  #call(listener: Listener, events: readonly LiveEvent[]): void {
    try {
      listener(events);
    } catch (error) {
      this.#options.failed(error);
    }
  }
}

function fits(event: LiveEvent, { service, entity, action }: EventFilter): boolean {
  return (service === undefined || event.service === service) &&
    (entity === undefined || event.entity === entity) &&
    (action === undefined || event.action === action);
}
