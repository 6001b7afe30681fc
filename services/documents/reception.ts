import { createHash, type Hash } from "node:crypto";
import type { Chunk } from "@/lib/upload/chunk.ts";
import { chunkBytesOf, chunksOf } from "@/lib/upload/frames.ts";
import type { UploadRefused } from "@/lib/upload/errors.ts";
import { contentRefusal } from "@/lib/upload/file_types.ts";
import { CHUNK_BYTES, SNIFF_BYTES } from "@/lib/upload/limits.ts";
import type { ChunkStore, Lease } from "@/services/documents/chunk_store.ts";
import type { Upload } from "@/services/documents/upload_rows.ts";

export interface ReceptionOptions {
  readonly store: ChunkStore;
  readonly upload: Upload;
  readonly lease: Lease;
  /** Chunks that are stored already, without a gap. */
  readonly stored: number;
  /** Called each time that more chunks are stored without a gap, or that none is under way any more. */
  readonly progressed: () => void;
  /** Called once, where a chunk could not be stored: nothing is taken any more, and what is stored must be asked anew. */
  readonly failed: (error: unknown) => void;
}

/** What came of a chunk. */
export type Taken = "taken" | "known" | "gap" | UploadRefused;

/** The chunks of one upload under one lease, on their way into the store. Never more of them than its caller lets under way. */
export class Reception {
  readonly upload: Upload;
  readonly lease: Lease;
  readonly #options: ReceptionOptions;
  readonly #chunks: number;
  /** Of everything from the first byte on; undefined where this reception did not begin there. */
  readonly #hash: Hash | undefined;
  #taken: number;
  #stored: number;
  #underWay = 0;
  #storing: Promise<void> = Promise.resolve();
  #broken = false;
  #settled: (() => void)[] = [];

  constructor(options: ReceptionOptions) {
    this.#options = options;
    this.upload = options.upload;
    this.lease = options.lease;
    this.#chunks = chunksOf(options.upload.filesize);
    this.#taken = options.stored;
    this.#stored = options.stored;
    this.#hash = options.stored === 0 ? createHash("sha256") : undefined;
  }

  /** The chunk that is wanted now. */
  get nextSeq(): number {
    return this.#taken + 1;
  }

  /** Every chunk up to this one is stored. */
  get stored(): number {
    return this.#stored;
  }

  /** Bytes of these chunks. */
  get received(): number {
    return Math.min(this.#stored * CHUNK_BYTES, this.upload.filesize);
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** Has every chunk been stored? */
  get isWhole(): boolean {
    return this.#stored === this.#chunks && !this.#broken;
  }

  /** Takes a chunk: the next one goes into the store. `known`: it came already. `gap`: another one must come before. */
  take({ seq, data, final }: Chunk): Taken {
    if (seq <= this.#taken) return "known";
    if (seq > this.nextSeq) return "gap";
    const refused = this.#refusal(seq, data, final);
    if (refused) return refused;
    this.#taken = seq;
    this.#hash?.update(data);
    this.#underWay++;
    // One after the other: a stream of several copies refuses a second write on the same lease while one is under way.
    this.#storing = this.#storing.then(() => this.#put(seq, data));
    return "taken";
  }

  /** SHA-256 in hex; undefined where this reception has not seen all the bytes. */
  digest(): string | undefined {
    return this.#hash?.copy().digest("hex");
  }

  /** Settles when no chunk is under way. */
  settled(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  #refusal(seq: number, data: Uint8Array, final: boolean): UploadRefused | undefined {
    const { filesize, mimetype } = this.upload;
    const isLast = seq >= this.#chunks;
    const wanted = chunkBytesOf(filesize, seq);
    if (seq > this.#chunks || (isLast && (data.length > wanted || !final))) {
      return { error: "size_mismatch", detail: `more than ${filesize} bytes came` };
    }
    if (final && (!isLast || data.length < wanted)) {
      return { error: "size_mismatch", detail: `fewer than ${filesize} bytes came` };
    }
    if (data.length !== wanted) {
      return { error: "bad_chunk", detail: `chunk ${seq} has ${data.length} bytes, it must have ${wanted}` };
    }
    const unlike = seq === 1 ? contentRefusal(data.subarray(0, SNIFF_BYTES), mimetype) : undefined;
    return unlike === undefined ? undefined : { error: "type_mismatch", detail: unlike };
  }

  async #put(seq: number, data: Uint8Array): Promise<void> {
    const { store, upload, lease } = this.#options;
    try {
      // After one that failed, nothing: it would lie above a gap.
      if (!this.#broken) {
        await store.put({ uploadId: upload.id, lease, seq, data });
        this.#stored = seq;
      }
    } catch (error) {
      if (!this.#broken) {
        this.#broken = true;
        this.#options.failed(error);
      }
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) { for (const resolve of this.#settled.splice(0)) resolve(); }
    }
    if (!this.#broken) this.#options.progressed();
  }
}
