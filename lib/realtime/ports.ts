import type { ResetReason } from "@/lib/protocol/frames.ts";
import type { StoredEvent } from "@/lib/realtime/event.ts";
import type { Frame } from "@/lib/realtime/frame.ts";

/** Time as an argument. `after` answers a function that cancels. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  after(delayMs: number, run: () => void): () => void;
}

/** Where the frames of one subscriber go: a socket or a waiting long poll. Nothing here may throw. */
export interface Sink {
  /** Bytes accepted by `frame` that have not left yet. */
  buffered(): number;
  frame(frame: Frame): void;
  /** The subscriber lost its place; it goes on live from `seq`. */
  reset(reason: ResetReason, seq: number, epoch: string): void;
  /** No progress for too long: let go of this subscriber. */
  stalled(): void;
}

/** State of the stream as its leader tells it. */
export interface StreamState {
  readonly epoch: string;
  /** Sequence of the first message still kept; last + 1 where none is. */
  readonly first: number;
  readonly last: number;
}

/** Events of one organisation read back from the stream: everything with `after < seq <= end`. */
export interface Chunk {
  readonly events: readonly StoredEvent[];
  readonly end: number;
  /** Messages of the organisation that lay beyond `end` when this was read. */
  readonly pending: number;
}

/** The stream, as far as catching up needs it. */
export interface EventLog {
  state(): Promise<StreamState>;
  /** Reads on after `seq`; the caller has checked `seq` against the state. */
  read(orgId: number, seq: number, state: StreamState): Promise<Chunk>;
}

/** Counts what was delivered; called once per frame and group, not once per socket. */
export interface Meter {
  /** `now`: time of the write; null where the frame is a replay, whose age is no latency. */
  delivered(
    orgId: number,
    frame: Frame,
    sockets: number,
    now: number | null,
  ): void;
  reset(orgId: number, reason: ResetReason): void;
  /** A client that came with a position has got what it missed. */
  resumed(outcome: "current" | "replayed" | "reset"): void;
  /** A subscriber that was behind has caught up. */
  caughtUp(source: "ring" | "stream"): void;
  failed(orgId: number, error: unknown): void;
}
