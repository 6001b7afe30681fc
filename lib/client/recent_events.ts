import type { Service } from "@/lib/protocol/services.ts";
import type { Position } from "@/lib/client/position.ts";
import type { ClientEvent } from "@/lib/client/server_frames.ts";

/** Events kept for tabs that have missed some, and the length of the texts they came in. */
export const RECENT_EVENTS_MAX = 1_000;
export const RECENT_CHARS_MAX = 2 * 1024 * 1024;

/** Events of one service that came together. */
export interface Batch {
  readonly service: Service;
  readonly events: readonly ClientEvent[];
  /** How far the service was followed with it. */
  readonly seq: number;
  /** From the last event's `at` to its arrival; null where that is not known. */
  readonly ageMs: number | null;
  readonly chars: number;
}

/** The latest batches, bounded: what one tab has received another may still need. */
export class RecentEvents {
  #batches: Batch[] = [];
  readonly #ids = new Set<string>();
  #events = 0;
  #chars = 0;
  /** Everything behind it is here. */
  #floor: Position;

  constructor(floor: Position) {
    this.#floor = floor;
  }

  add({ events: all, ...batch }: Batch): void {
    // A replay brings what is here already: it must not be told twice as much the next time.
    const events = all.filter(({ id }) => !this.#ids.has(id));
    if (events.length === 0) return;
    for (const { id } of events) this.#ids.add(id);
    this.#batches.push({ ...batch, events });
    this.#events += events.length;
    this.#chars += batch.chars;
    while (this.#events > RECENT_EVENTS_MAX || this.#chars > RECENT_CHARS_MAX) this.#drop();
  }

  /** There is nothing before this position that anybody could ask for. */
  startAt(floor: Position): void {
    this.#batches = [];
    this.#ids.clear();
    this.#events = this.#chars = 0;
    this.#floor = floor;
  }

  /** From here on everything is here. */
  completeFrom(floor: Position): void {
    const { seq, epoch } = this.#floor;
    if (epoch !== null && epoch !== floor.epoch) return this.startAt(floor);
    if (epoch === null || floor.seq > seq) this.#floor = floor;
  }

  /**
   * What somebody who stands at `position` may have missed, rather too much than too little; undefined where not all of it
   * is here.
   */
  since({ seq, epoch }: Position): readonly Batch[] | undefined {
    if (epoch === null || epoch !== this.#floor.epoch || seq < this.#floor.seq) return undefined;
    // Polled services are not equally far: a batch at this very position may be unknown to whoever stands there.
    return this.#batches.filter((batch) => batch.seq >= seq);
  }

  #drop(): void {
    const gone = this.#batches.shift()!;
    for (const { id } of gone.events) this.#ids.delete(id);
    this.#events -= gone.events.length;
    this.#chars -= gone.chars;
    // One that stands at the position of what is gone may need it: only what is above is complete.
    this.completeFrom({ seq: gone.seq + 1, epoch: this.#floor.epoch });
  }
}
