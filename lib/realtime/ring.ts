import type { StoredEvent } from "@/lib/realtime/event.ts";
import { RING_BYTES_MAX, RING_EVENTS_MAX } from "@/lib/protocol/limits.ts";

/**
 * The latest events of one organisation, bounded by count and bytes. It holds every event with
 * `floor < seq <= head`: what lies at or below `floor` must be read from the stream.
 */
export class Ring {
  #events: StoredEvent[] = [];
  /** Events before this index are evicted; they are cut off in bulk. */
  #start = 0;
  #bytes = 0;
  #floor: number;
  #head: number;
  readonly #eventsMax: number;
  readonly #bytesMax: number;

  constructor(
    head: number,
    { eventsMax = RING_EVENTS_MAX, bytesMax = RING_BYTES_MAX } = {},
  ) {
    this.#floor = head;
    this.#head = head;
    this.#eventsMax = eventsMax;
    this.#bytesMax = bytesMax;
  }

  get floor(): number {
    return this.#floor;
  }

  /** Everything of the organisation up to here has been seen. */
  get head(): number {
    return this.#head;
  }

  get size(): number {
    return this.#events.length - this.#start;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds an event that lies above the head. */
  push(event: StoredEvent): void {
    this.#events.push(event);
    this.#bytes += event.bytes;
    this.#head = event.seq;
    while (
      this.size > this.#eventsMax ||
      (this.#bytes > this.#bytesMax && this.size > 0)
    ) this.#evict();
    if (this.#start > this.#eventsMax) {
      this.#events = this.#events.slice(this.#start);
      this.#start = 0;
    }
  }

  /** Moves the head over a stretch without events of this organisation. */
  advance(seq: number): void {
    this.#head = Math.max(this.#head, seq);
  }

  /** Forgets everything: nothing at or below `head` can be answered from memory any more. */
  clear(head: number): void {
    this.#events = [];
    this.#start = 0;
    this.#bytes = 0;
    this.#floor = head;
    this.#head = head;
  }

  /** Puts something else in the place of those events that `replace` answers for. */
  replace(replace: (event: StoredEvent) => StoredEvent | undefined): void {
    for (let i = this.#start; i < this.#events.length; i++) {
      const event = this.#events[i]!;
      this.#events[i] = replace(event) ?? event;
    }
  }

  /** Index of the first event above `seq`, for `at`. Defined for `seq >= floor`. */
  indexAfter(seq: number): number {
    let low = this.#start;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#events[middle]!.seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low - this.#start;
  }

  at(index: number): StoredEvent | undefined {
    return index < 0 ? undefined : this.#events[this.#start + index];
  }

  #evict(): void {
    const event = this.#events[this.#start]!;
    this.#bytes -= event.bytes;
    this.#floor = event.seq;
    this.#start++;
  }
}
