import type { ResetReason } from "@/lib/protocol/frames.ts";
import { type ClientEvent, isEvent, isObject, isSeq, isText } from "@/lib/client/server_frames.ts";

/** What a long poll answers; see docs/protocol.md. */
export interface PollAnswer {
  readonly events: readonly ClientEvent[];
  readonly seq: number;
  readonly epoch: string;
  /** What lies before `seq` cannot be told completely. */
  readonly reset: ResetReason | null;
  /** Length of the text that it came in. */
  readonly chars: number;
}

/** Reads an answer; undefined where it is none. What is no event is left out: one odd event must not stop the others. */
export function readPollAnswer(text: string): PollAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || !isSeq(value.seq) || !isText(value.epoch) || !Array.isArray(value.events)) {
    return undefined;
  }
  const { seq, epoch, events, reset } = value;
  return {
    events: events.filter(isEvent),
    seq,
    epoch,
    reset: isText(reset) ? reset as ResetReason : null,
    chars: text.length,
  };
}
