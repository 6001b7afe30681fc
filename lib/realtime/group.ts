import { BATCH_EVENTS_MAX, BATCH_WINDOW_MS } from "@/lib/protocol/limits.ts";
import type { Audience } from "@/lib/realtime/audience.ts";
import type { StoredEvent } from "@/lib/realtime/event.ts";
import { cutFrames, encodeFrame, type Frame, runLength } from "@/lib/realtime/frame.ts";
import type { Clock } from "@/lib/realtime/ports.ts";
import type { Ring } from "@/lib/realtime/ring.ts";

/** Frames of the ring kept encoded per group for those who catch up together. */
export const RING_FRAMES_MAX = 32;

/**
 * An event that is the only one of a window, this shortly before its end, does not wait for it. Without this, events
 * that come once a window would wait for the jitter of those before them.
 */
export const QUIET_SLACK_MS = 20;
/** `prevSeq` where the previous matching event is not in memory: no client takes it for a loss. */
export const UNKNOWN = 0;

/**
 * Subscribers of one organisation that see the same events. Every frame is encoded once for all of them. The first
 * event after quiet leaves at once; what follows is collected for BATCH_WINDOW_MS or BATCH_EVENTS_MAX events.
 */
export class Group<Member> {
  readonly audience: Audience;
  /** Members that have had everything up to `position`. */
  readonly live = new Set<Member>();
  /** All members, live or behind: a group without any is dropped by its feed. */
  members = 0;
  #pending: StoredEvent[] = [];
  #flushedAt = -Infinity;
  #cancel: (() => void) | undefined;
  /** The latest event that was flushed: `prevSeq` of the next frame. */
  #flushedSeq: number;
  readonly #clock: Clock;
  readonly #send: (frame: Frame, group: Group<Member>) => void;
  readonly #ringFrames = new Map<number, Frame>();

  constructor(
    audience: Audience,
    ring: Ring,
    clock: Clock,
    send: (frame: Frame, group: Group<Member>) => void,
  ) {
    this.audience = audience;
    this.#clock = clock;
    this.#flushedSeq = this.#before(ring, ring.size);
    this.#send = send;
  }

  get pending(): number {
    return this.#pending.length;
  }

  /** Safe resume point of the live members, given the feed's head. */
  position(head: number): number {
    const first = this.#pending[0];
    return first === undefined ? head : first.seq - 1;
  }

  /** Takes an event of the audience: sends it at once after quiet, else with the next flush. */
  push(event: StoredEvent): void {
    this.#pending.push(event);
    const due = this.#flushedAt + BATCH_WINDOW_MS;
    // A clock that was set back must not hold events for as long.
    const wait = Math.min(due - this.#clock.now(), BATCH_WINDOW_MS);
    if (wait <= 0 || this.#pending.length >= BATCH_EVENTS_MAX) return this.flush();
    // Nothing came in this window until its very end: that is quiet too, and the next window begins where it would have.
    if (wait <= QUIET_SLACK_MS && this.#pending.length === 1) return this.flush(due);
    // Counted from when it was due: timers are always late, and with events that come just as often as windows end,
    // the delay of each would add up to that of the next.
    this.#cancel ??= this.#clock.after(wait, () => this.flush(due));
  }

  /** Sends what is pending now. Afterwards the live members stand at the feed's head. */
  flush(at = this.#clock.now()): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#pending.length === 0) return;
    const events = this.#pending;
    this.#pending = [];
    this.#flushedAt = at;
    const prev = this.#flushedSeq;
    this.#flushedSeq = events.at(-1)!.seq;
    if (this.live.size === 0) return;
    for (const frame of cutFrames(events, prev, this.audience)) this.#send(frame, this);
  }

  /** Drops what is pending: the stream it came from is gone, or nobody is left to send it to. */
  restart(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#pending = [];
    this.#flushedSeq = UNKNOWN;
    this.#ringFrames.clear();
  }

  /** The next frame from the ring for a member that stands at `cursor`; undefined at the head. */
  frameAfter(ring: Ring, cursor: number): Frame | undefined {
    let index = ring.indexAfter(cursor);
    while (index < ring.size && !this.audience.matches(ring.at(index)!)) {
      index++;
    }
    const first = ring.at(index);
    if (first === undefined) return undefined;
    const known = this.#ringFrames.get(first.seq);
    if (known !== undefined) return known;
    const { events, complete } = this.#run(ring, index);
    const frame = encodeFrame(events, this.#before(ring, index), this.audience);
    // The last run may still grow: keeping it would cut those who come later into needless small frames.
    if (complete) this.#keep(first.seq, frame);
    return frame;
  }

  #run(
    ring: Ring,
    start: number,
  ): { events: StoredEvent[]; complete: boolean } {
    const events: StoredEvent[] = [];
    for (let index = start; index < ring.size; index++) {
      const event = ring.at(index)!;
      if (!this.audience.matches(event)) continue;
      events.push(event);
      const count = runLength(events);
      if (count < events.length) {
        return { events: events.slice(0, count), complete: true };
      }
    }
    return { events, complete: false };
  }

  #before(ring: Ring, index: number): number {
    for (let i = index - 1; i >= 0; i--) {
      const event = ring.at(i)!;
      if (this.audience.matches(event)) return event.seq;
    }
    return UNKNOWN;
  }

  #keep(seq: number, frame: Frame): void {
    if (this.#ringFrames.size >= RING_FRAMES_MAX) {
      this.#ringFrames.delete(this.#ringFrames.keys().next().value!);
    }
    this.#ringFrames.set(seq, frame);
  }
}
