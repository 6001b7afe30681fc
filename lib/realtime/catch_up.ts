import { CATCH_UP_EVENTS_MAX } from "@/lib/protocol/limits.ts";
import type { ResetReason } from "@/lib/protocol/frames.ts";
import { cutFrames, type Frame } from "@/lib/realtime/frame.ts";
import type { Audience } from "@/lib/realtime/audience.ts";
import type { Chunk, Clock, EventLog, StreamState } from "@/lib/realtime/ports.ts";
import { UNKNOWN } from "@/lib/realtime/group.ts";
import { Slots } from "@/lib/realtime/slots.ts";

/** Reads of the stream for catching up that run at once in one process. */
export const CATCH_UP_READS_MAX = 8;
/** Chunks kept for those who ask for the same a moment later. */
export const CHUNKS_MAX = 16;
/** Those who were dropped together ask within this time. */
export const CHUNK_KEPT_MS = 5_000;
/** Groups whose frames of one chunk are kept encoded. */
const CHUNK_GROUPS_MAX = 4;

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
    const frames = cutFrames(matching, UNKNOWN, audience);
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
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  readonly #slots = new Slots(CATCH_UP_READS_MAX);
  readonly #reads = new Map<string, Promise<Read>>();
  #state: Promise<StreamState> | undefined;

  /** `failed` is told once of each read that fails, however many wait for it. */
  constructor(log: EventLog, clock: Clock, failed: (error: unknown) => void) {
    this.#log = log;
    this.#clock = clock;
    this.#failed = failed;
  }

  /** Reads of the stream under way. */
  get active(): number {
    return this.#slots.taken;
  }

  /** Reads on after `cursor` in the stream of `epoch`, or tells why that cannot be done without a gap. */
  read(orgId: number, cursor: number, epoch: string): Promise<Read> {
    const key = `${epoch}.${orgId}.${cursor}`;
    const known = this.#reads.get(key);
    if (known !== undefined) return known;
    const read = this.#slots.run(() => this.#read(orgId, cursor, epoch));
    this.#reads.set(key, read);
    if (this.#reads.size > CHUNKS_MAX) this.#reads.delete(this.#reads.keys().next().value!);
    const forget = () => {
      if (this.#reads.get(key) === read) this.#reads.delete(key);
    };
    read.then((outcome) => {
      // Only what cannot change is kept: a verdict holds for those who asked together.
      if ("reset" in outcome) forget();
      else this.#clock.after(CHUNK_KEPT_MS, forget);
    }, (error) => {
      forget();
      this.#failed(error);
    });
    return read;
  }

  /** Does a cursor that lies above the head of a feed lie above that of the stream too? */
  async isAhead(cursor: number, epoch: string): Promise<boolean> {
    this.#state ??= this.#log.state().finally(() => this.#state = undefined);
    const shared = await this.#state.catch((error) => {
      this.#failed(error);
      throw error;
    });
    if (shared.epoch !== epoch || cursor <= shared.last) return false;
    // That reading may have begun before the cursor was given out: only one of our own is sure.
    const state = await this.#log.state();
    return state.epoch === epoch && cursor > state.last;
  }

  async #read(orgId: number, cursor: number, epoch: string): Promise<Read> {
    const before = await this.#log.state();
    const lost = lostPlace(cursor, epoch, before);
    if (lost !== undefined) return { reset: lost };
    const chunk = await this.#log.read(orgId, cursor, before);
    // JetStream moves a start below its first message up without a word, and the stream may have been trimmed, or made
    // anew, since it was looked at.
    const since = lostPlace(cursor, epoch, await this.#log.state());
    if (since !== undefined) return { reset: since };
    if (chunk.events.length + chunk.pending > CATCH_UP_EVENTS_MAX) return { reset: "too_far" };
    if (chunk.end <= cursor) {
      throw new Error(`Cannot read organisation ${orgId} after ${cursor}: nothing new yet`);
    }
    return new SharedChunk(chunk);
  }
}

function lostPlace(cursor: number, epoch: string, state: StreamState): ResetReason | undefined {
  if (state.epoch !== epoch) return "recreated";
  if (cursor > state.last) return "ahead";
  return cursor + 1 < state.first ? "trimmed" : undefined;
}
