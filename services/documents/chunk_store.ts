import {
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type JetStreamPublishOptions,
  type StoredMsg,
} from "@nats-io/jetstream";
import { headers, type MsgHdrs } from "@nats-io/transport-node";
import { CHUNK_BYTES } from "@/lib/upload/limits.ts";
import { DOCS_BUCKET, DOCS_STORE } from "@/services/documents/buckets.ts";

/** How long an acknowledgement of JetStream is waited for. */
const PUBLISH_TIMEOUT_MS = 5_000;
/** Chunks asked for at once when an object is read: what a reader holds in memory. */
const READ_CHUNKS = 16;
const READ_BYTES_MAX = 2 * READ_CHUNKS * CHUNK_BYTES;
/** Chunks erased at once. */
const ERASE_CHUNKS = 16;
const SEQ = "X-Seq";
/** JetStream's error codes. */
const WRONG_LAST_SEQUENCE = 10071;
/** A stream of several copies does not look at a condition while another write with it is under way. Nothing is decided. */
const UNDECIDED = 10164;
/** Until it is asked again; one acknowledgement of three copies takes about as long. */
const UNDECIDED_RETRY_MS = 2;
const NO_MESSAGE_FOUND = 10037;
const STORE_FAILED = 10077;
const NO_RESOURCES = [10023, 10047];

/** Why a lease was taken. */
export type LeaseReason = "upload" | "cancelled" | "expired";

/** The right to write to one upload. Whoever took the latest has it; JetStream refuses the others. */
export interface Lease {
  /** Sequence of its message. */
  readonly seq: number;
  /** A new UUID. */
  readonly holder: string;
}

/** What a lease says of who took it. */
export interface LeaseMessage {
  readonly holder: string;
  readonly reason: LeaseReason;
}

/** A chunk as it is stored. */
export interface StoredChunk {
  readonly uploadId: string;
  readonly lease: Lease;
  readonly seq: number;
  readonly data: Uint8Array;
}

/** What is written when an object is whole, in the format of an object store. */
export interface ObjectInfo {
  readonly size: number;
  readonly chunks: number;
  /** SHA-256 in 64 hex digits. */
  readonly sha256: string;
}

export function chunkSubject(uploadId: string): string {
  return `$O.${DOCS_BUCKET}.C.${uploadId}`;
}

/** Every lease is a message here; who listens learns of the next one at once. */
export function leaseSubject(uploadId: string): string {
  return `${chunkSubject(uploadId)}.lease`;
}

/** Reads the message of a lease; undefined where it is none. */
export function leaseOf(text: string): LeaseMessage | undefined {
  try {
    const { holder, reason } = JSON.parse(text);
    return typeof holder === "string" ? { holder, reason } : undefined;
  } catch {
    return undefined;
  }
}

/** The name is a UUID: 36 characters need no padding. */
function metaSubject(uploadId: string): string {
  return `$O.${DOCS_BUCKET}.M.${btoa(uploadId)}`;
}

/** Uploads as objects of the bucket `docs`: chunk by chunk while they come, found by every NATS client once they are whole. */
export class ChunkStore {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;

  constructor(js: JetStreamClient, jsm: JetStreamManager) {
    this.#js = js;
    this.#jsm = jsm;
  }

  /** Takes the upload over: what others still write to it is refused from now on. */
  async lease(uploadId: string, holder: string, reason: LeaseReason): Promise<Lease> {
    const { seq } = await this.#js.publish(leaseSubject(uploadId), JSON.stringify({ holder, reason }), {
      timeout: PUBLISH_TIMEOUT_MS,
    });
    return { seq, holder };
  }

  /** Takes an upload that is to end from whoever writes to it, in a full bucket too: without a lease nobody can write. */
  async fence(uploadId: string, holder: string, reason: LeaseReason): Promise<void> {
    try {
      await this.lease(uploadId, holder, reason);
    } catch (error) {
      if (!isFull(error)) throw error;
      await this.release(uploadId);
    }
  }

  /** Whose the upload is now; undefined: nobody's, it has ended. */
  async holder(uploadId: string): Promise<(Lease & LeaseMessage) | undefined> {
    const message = await this.#jsm.streams.getMessage(DOCS_STORE, { last_by_subj: leaseSubject(uploadId) });
    if (message === null) return undefined;
    const lease = leaseOf(message.string());
    return lease && { seq: message.seq, ...lease };
  }

  /**
   * Stores a chunk; those of one upload one after the other. Rejects where JetStream does not acknowledge it; see
   * `isFenced` and `isFull`.
   */
  async put({ uploadId, lease, seq, data }: StoredChunk): Promise<void> {
    const head = headers();
    head.set(SEQ, String(seq));
    await this.#publish(chunkSubject(uploadId), data, {
      // With the lease: a chunk that was removed above a gap must not be taken for stored.
      msgID: `${uploadId}:${lease.seq}:${seq}`,
      headers: head,
      ...this.#fence(uploadId, lease),
    });
  }

  /** Chunks that are stored without a gap from the first on. What lies above a gap is removed: hold the lease. */
  async settle(uploadId: string): Promise<number> {
    const count = await this.#count(uploadId);
    if (count === 0 || await this.#last(uploadId) === count) return count;
    let whole = 0;
    for await (const message of this.#messages(uploadId)) {
      if (seqOf(message.header) === whole + 1) whole++;
      else await this.#remove(message.seq, false);
    }
    return whole;
  }

  /** Chunks that are stored, as far as that can be said without reading them. */
  async stored(uploadId: string): Promise<number> {
    return await this.#count(uploadId);
  }

  /** Makes the chunks an object. Rejects like `put`. */
  async publish(
    uploadId: string,
    lease: Lease,
    { size, chunks, sha256 }: ObjectInfo,
    at: string,
  ): Promise<void> {
    const head = headers();
    head.set("Nats-Rollup", "sub");
    const digest = Uint8Array.fromHex(sha256).toBase64({ alphabet: "base64url" });
    await this.#publish(
      metaSubject(uploadId),
      JSON.stringify({
        name: uploadId,
        description: "",
        options: { max_chunk_size: CHUNK_BYTES },
        metadata: {},
        bucket: DOCS_BUCKET,
        nuid: uploadId,
        size,
        chunks,
        mtime: at,
        digest: `SHA-256=${digest}`,
        deleted: false,
      }),
      { headers: head, ...this.#fence(uploadId, lease) },
    );
  }

  /** The object; undefined where the upload is not whole, or gone. */
  async info(uploadId: string): Promise<ObjectInfo | undefined> {
    const message = await this.#jsm.streams.getMessage(DOCS_STORE, { last_by_subj: metaSubject(uploadId) });
    if (message === null) return undefined;
    const { size, chunks, digest } = message.json<{ size: number; chunks: number; digest: string }>();
    const bytes = Uint8Array.fromBase64(digest.slice("SHA-256=".length), { alphabet: "base64url" });
    return { size, chunks, sha256: bytes.toHex() };
  }

  /** The bytes of an upload in order, at most READ_CHUNKS chunks in memory. */
  async *read(uploadId: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for await (const message of this.#messages(uploadId)) yield message.data as Uint8Array<ArrayBuffer>;
  }

  /** Nobody can write to the upload any more until somebody takes a lease. */
  async release(uploadId: string): Promise<void> {
    await this.#jsm.streams.purge(DOCS_STORE, { filter: leaseSubject(uploadId) });
  }

  /** Takes everything of the upload away. */
  async remove(uploadId: string): Promise<void> {
    // The lease first: nothing comes after what is taken away.
    await this.release(uploadId);
    await this.#jsm.streams.purge(DOCS_STORE, { filter: metaSubject(uploadId) });
    await this.#jsm.streams.purge(DOCS_STORE, { filter: chunkSubject(uploadId) });
  }

  /** The same, and each chunk is overwritten where it lies. */
  async erase(uploadId: string): Promise<void> {
    let some: number[] = [];
    for await (const { seq } of this.#messages(uploadId)) {
      if (some.push(seq) < ERASE_CHUNKS) continue;
      await Promise.all(some.map((each) => this.#remove(each, true)));
      some = [];
    }
    await Promise.all(some.map((each) => this.#remove(each, true)));
    await this.remove(uploadId);
  }

  /** How many chunks there are; asked of the leader. */
  async #count(uploadId: string): Promise<number> {
    const subject = chunkSubject(uploadId);
    const { state } = await this.#jsm.streams.info(DOCS_STORE, { subjects_filter: subject });
    return state.subjects?.[subject] ?? 0;
  }

  /** The number of the last chunk; asked of the leader. */
  async #last(uploadId: string): Promise<number> {
    const subject = chunkSubject(uploadId);
    const message = await this.#jsm.streams.getMessage(DOCS_STORE, { last_by_subj: subject });
    return message === null ? 0 : seqOf(message.header);
  }

  async *#messages(uploadId: string): AsyncGenerator<StoredMsg> {
    for (let from = 1;;) {
      const some = await this.#batch(chunkSubject(uploadId), from);
      if (some.length === 0) return;
      from = some.at(-1)!.seq + 1;
      yield* some;
    }
  }

  async #batch(subject: string, seq: number): Promise<StoredMsg[]> {
    const messages: StoredMsg[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    await this.#jsm.direct.getBatch(DOCS_STORE, {
      seq,
      batch: READ_CHUNKS,
      max_bytes: READ_BYTES_MAX,
      next_by_subj: subject,
      callback: (done, message) => {
        if (done === null) messages.push(message);
        else if (done.err === undefined || /message not found|no results/i.test(done.err.message)) resolve();
        else reject(done.err);
      },
    });
    await promise;
    if (messages.length > 0) return messages;
    // A replica may be a moment behind: that there is nothing more, the leader says.
    // The server knows this request, the library's types do not yet.
    const request = { seq, next_by_subj: subject } as { seq: number };
    const next = await this.#jsm.streams.getMessage(DOCS_STORE, request);
    return next === null ? [] : [next];
  }

  async #remove(seq: number, overwrite: boolean): Promise<void> {
    try {
      await this.#jsm.streams.deleteMessage(DOCS_STORE, seq, overwrite);
    } catch (error) {
      if (!isCode(error, [NO_MESSAGE_FOUND])) throw error;
    }
  }

  /** Publishes on a condition; asks again where it was not looked at. */
  async #publish(
    subject: string,
    data: Uint8Array | string,
    options: Partial<JetStreamPublishOptions>,
  ): Promise<void> {
    const deadline = performance.now() + PUBLISH_TIMEOUT_MS;
    for (;;) {
      try {
        await this.#js.publish(subject, data, options);
        return;
      } catch (error) {
        if (!isCode(error, [UNDECIDED]) || performance.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, UNDECIDED_RETRY_MS));
    }
  }

  #fence(uploadId: string, lease: Lease) {
    return {
      timeout: PUBLISH_TIMEOUT_MS,
      expect: { lastSubjectSequence: lease.seq, lastSubjectSequenceSubject: leaseSubject(uploadId) },
    };
  }
}

/** Was it refused because somebody else holds the lease, or nobody? */
export function isFenced(error: unknown): boolean {
  return isCode(error, [WRONG_LAST_SEQUENCE]);
}

/** Was it refused because the bucket is full? */
export function isFull(error: unknown): boolean {
  return isCode(error, NO_RESOURCES) ||
    (isCode(error, [STORE_FAILED]) && /maximum/.test((error as Error).message));
}

function isCode(error: unknown, codes: readonly number[]): boolean {
  return error instanceof JetStreamApiError && codes.includes(error.code);
}

function seqOf(head: MsgHdrs): number {
  return Number(head.get(SEQ));
}
