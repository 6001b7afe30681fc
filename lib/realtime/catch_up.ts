import { CATCH_UP_EVENTS_MAX } from "@/lib/protocol/limits.ts";
import type { ResetReason } from "@/lib/protocol/frames.ts";
import { cutFrames, type Frame } from "@/lib/realtime/frame.ts";
import type { Audience } from "@/lib/realtime/audience.ts";
import type { Chunk, EventLog } from "@/lib/realtime/ports.ts";
import { UNKNOWN } from "@/lib/realtime/group.ts";
import { Slots } from "@/lib/realtime/slots.ts";

/** Reads of the stream for catching up that run at once in one process. */
export const CATCH_UP_READS_MAX = 8;
/** Chunks kept for those who ask for the same a moment later. */
export const CHUNKS_MAX = 32;
/** Groups whose frames of one chunk are kept encoded. */
const CHUNK_GROUPS_MAX = 8;

/** What a read of the stream from a cursor came to. */
export type Read = { readonly reset: ResetReason } | SharedChunk;

/** A chunk with the frames cut from it, encoded once per audience. */
export class SharedChunk {
  readonly chunk: Chunk;
  readonly #frames = new Map<string, readonly Frame[]>();

  constructor(chunk: Chunk) {
    this.chunk = chunk;
  }

  frames(audience: Audience): readonly Frame[] {
    const known = this.#frames.get(audience.key);
    if (known !== undefined) return known;
    const matching = this.chunk.events.filter((event) => audience.matches(event));
    const frames = cutFrames(matching, UNKNOWN);
    if (this.#frames.size >= CHUNK_GROUPS_MAX) this.#frames.clear();
    this.#frames.set(audience.key, frames);
    return frames;
  }
}

/**
 * Reads the stream for those who are behind the ring. After a drop everyone asks for the same, so a read is shared
 * by all who stand at the same cursor, and only CATCH_UP_READS_MAX run at once in a process.
 */
export class CatchUp {
  readonly #log: EventLog;
  readonly #slots = new Slots(CATCH_UP_READS_MAX);
  readonly #reads = new Map<string, Promise<Read>>();

  constructor(log: EventLog) {
    this.#log = log;
  }

  get running(): number {
    return this.#slots.taken;
  }

  /** Reads on after `cursor` in the stream of `epoch`, or tells why that cannot be done without a gap. */
  read(orgId: number, cursor: number, epoch: string): Promise<Read> {
    const key = `${epoch}.${orgId}.${cursor}`;
    const known = this.#reads.get(key);
    if (known !== undefined) return known;
    const read = this.#slots.run(() => this.#read(orgId, cursor, epoch));
    this.#reads.set(key, read);
    if (this.#reads.size > CHUNKS_MAX) {
      this.#reads.delete(this.#reads.keys().next().value!);
    }
    // Only what cannot change is kept: a verdict or a failure holds for those who asked together.
    const forget = () => this.#reads.delete(key);
    read.then((outcome) => "reset" in outcome && forget(), forget);
    return read;
  }

  /** Is a cursor that lies above the head of a feed one that the stream has given out? */
  async isAhead(cursor: number, epoch: string): Promise<boolean> {
    const state = await this.#log.state();
    return state.epoch === epoch && cursor > state.last;
  }

  async #read(orgId: number, cursor: number, epoch: string): Promise<Read> {
    const state = await this.#log.state();
    if (state.epoch !== epoch) return { reset: "recreated" };
    if (cursor > state.last) return { reset: "ahead" };
    // JetStream would move such a start up without a word.
    if (cursor + 1 < state.first) return { reset: "trimmed" };
    const chunk = await this.#log.read(orgId, cursor, state);
    if (chunk.events.length + chunk.pending > CATCH_UP_EVENTS_MAX) {
      return { reset: "too_far" };
    }
    return new SharedChunk(chunk);
  }
}
