import type { Frame } from "@/lib/realtime/frame.ts";
import type { Group } from "@/lib/realtime/group.ts";
import type { Sink } from "@/lib/realtime/ports.ts";

/** Where a client wants to go on: the last seq it has fully received, in the stream of `epoch` (null: not known). */
export interface ResumePoint {
  readonly seq: number;
  readonly epoch: string | null;
}

/**
 * One subscriber of a feed. While it is live it stands where its group stands; as soon as it cannot be sent to at once
 * it falls behind its own cursor, and everything it misses is read again from there.
 */
export class Subscriber {
  readonly sink: Sink;
  group: Group<Subscriber>;
  state: "new" | "live" | "behind" | "gone" = "new";
  /** Everything up to here was handed to the sink. Kept only while not live. */
  cursor: number;
  /** The stream that `cursor` counts in. */
  epoch: string;
  /** Events handed over since it fell behind. */
  replayed = 0;
  /** It came with a position and has not turned live since. */
  isResuming: boolean;
  /** The stream was read for it since it fell behind. */
  hasRead = false;
  /** A read of the stream is on its way for it. */
  reading = false;
  /** Frames of a chunk that the sink had no room for yet. */
  backlog: {
    readonly frames: readonly Frame[];
    next: number;
    readonly end: number;
  } | undefined;
  /** No read of the stream before this time: the last one failed. */
  retryAt = 0;
  progressAt: number;
  bufferedSeen = 0;

  constructor(
    sink: Sink,
    group: Group<Subscriber>,
    from: { seq: number; epoch: string; isResuming: boolean },
    now: number,
  ) {
    this.sink = sink;
    this.group = group;
    this.cursor = from.seq;
    this.epoch = from.epoch;
    this.isResuming = from.isResuming;
    this.progressAt = now;
  }
}
