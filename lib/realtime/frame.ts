import type { Service } from "@/lib/protocol/services.ts";
import { eventFrame } from "@/lib/protocol/frames.ts";
import { BATCH_EVENTS_MAX, FRAME_BYTES_MAX } from "@/lib/protocol/limits.ts";
import type { Audience } from "@/lib/realtime/audience.ts";
import type { StoredEvent } from "@/lib/realtime/event.ts";

/** A run of events of one service, in stream order, encoded once for everyone who gets it. */
export interface Frame {
  readonly text: string;
  readonly service: Service;
  readonly events: readonly StoredEvent[];
  /** Each of them as its audience sees it. */
  readonly shown: readonly { readonly json: string }[];
  /** About what it takes in a socket's buffer. */
  readonly bytes: number;
  /** A subscriber that has had everything up to here is ready for this frame. */
  readonly after: number;
  /** Sequence of the last event: a safe resume point once the frame is received. */
  readonly seq: number;
}

/** How many of `events`, from the first on, stand in one frame: one service, bounded by count and bytes. */
export function runLength(events: Iterable<StoredEvent>): number {
  let service: Service | undefined;
  let bytes = 0;
  let count = 0;
  for (const event of events) {
    service ??= event.service;
    bytes += event.bytes;
    const full = count === BATCH_EVENTS_MAX ||
      (bytes > FRAME_BYTES_MAX && count > 0);
    if (full || event.service !== service) break;
    count++;
  }
  return count;
}

/**
 * Encodes one run. `prevSeq` is the previous event of this audience: a client whose last seq is lower has lost
 * something. Where it is not known it is 0.
 */
export function encodeFrame(
  events: readonly StoredEvent[],
  prevSeq: number,
  audience: Audience,
): Frame {
  const first = events[0]!;
  const last = events.at(-1)!;
  const shown = events.map((event) => audience.shown(event));
  return {
    text: eventFrame(first.service, shown, last.seq, prevSeq),
    shown,
    service: first.service,
    events,
    bytes: events.reduce((sum, event) => sum + event.bytes, 0),
    after: first.seq - 1,
    seq: last.seq,
  };
}

/** Cuts matching events into frames, in order: every frame's `seq` is a safe resume point. */
export function cutFrames(
  events: readonly StoredEvent[],
  prevSeq: number,
  audience: Audience,
): Frame[] {
  const frames: Frame[] = [];
  for (let rest = events, prev = prevSeq; rest.length > 0;) {
    const count = runLength(rest);
    const frame = encodeFrame(rest.slice(0, count), prev, audience);
    frames.push(frame);
    prev = frame.seq;
    rest = rest.slice(count);
  }
  return frames;
}
