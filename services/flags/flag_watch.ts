import type { KV, KvWatchEntry } from "@nats-io/kv";
import type { QueuedIterator } from "@nats-io/transport-node";
import {
  type BucketOptions,
  FLAGS_STREAM,
  hasAbove,
  openBucket,
  renewBucketEpoch,
} from "@/services/flags/bucket.ts";
import { isNatsUnreachable } from "@/services/nats/errors.ts";
import { epochOf, isNotFound } from "@/services/nats/streams.ts";

/** How often the bucket's state is read: a watch that is silent without a reason is noticed by it. */
const FLAGS_CHECK_MS = 1_000;
/** Looks in a row that find the watch behind, before it is made anew. */
const BEHIND_LOOKS_MAX = 2;
/** Longest wait for what the bucket holds at a start. */
const FLAGS_READ_MS = 5_000;
const FLAGS_RETRY_MS = 1_000;

/** One value of one key, as the bucket holds it. */
export interface FlagEntry {
  readonly key: string;
  /** null: the key was deleted. */
  readonly text: string | null;
  readonly revision: number;
  /** RFC 3339; when the broker stored it. */
  readonly at: string;
}

export interface FlagWatchOptions extends BucketOptions {
  /** Takes what is new in the bucket of this epoch, in order: of another epoch first nothing, then its whole history. */
  readonly take: (entries: readonly FlagEntry[], epoch: string) => void;
  /** Puts there what is missing, once all of it was taken. */
  readonly fill: (kv: KV) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/**
 * Reads the bucket of the flags as long as the process lives: through restarts of NATS, after which the client's watch
 * stalls, and through deletions of the bucket, after which it is made anew.
 */
export class FlagWatch {
  readonly #options: FlagWatchOptions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #kv: KV | undefined;
  #entries: QueuedIterator<KvWatchEntry> | undefined;
  #epoch = "";
  #seen = 0;
  /** Counts the starts: one that was overtaken, by another or by the end, does nothing more. */
  #starts = 0;
  #starting = false;
  #stopped = false;
  #checking = false;
  #isAnswered = true;
  #behind = 0;
  readonly #waiting = new Set<() => void>();

  private constructor(options: FlagWatchOptions) {
    this.#options = options;
  }

  /** Settles when everything that the bucket holds was taken. */
  static async start(options: FlagWatchOptions): Promise<FlagWatch> {
    const watch = new FlagWatch(options);
    await watch.#begin(++watch.#starts);
    watch.#timer = setInterval(() => void watch.#check(), FLAGS_CHECK_MS);
    return watch;
  }

  /** Did the bucket answer when it was looked at last? */
  get isHealthy(): boolean {
    return this.#isAnswered && !this.#stopped;
  }

  /** The bucket, to be read and written. */
  get kv(): KV {
    return this.#kv!;
  }

  /** Reads on from where it stands, after an interruption. Tries until it succeeds or is overtaken. */
  async restart(): Promise<void> {
    let own = this.#starts;
    while (own === this.#starts && !this.#stopped) {
      own = ++this.#starts;
      try {
        return await this.#begin(own);
      } catch (error) {
        this.#options.failed(error);
        await new Promise((resolve) => setTimeout(resolve, FLAGS_RETRY_MS));
      }
    }
  }

  /** Settles when this revision was taken, or after `ms`. */
  async reached(revision: number, ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    const look = () => this.#seen >= revision && resolve();
    this.#waiting.add(look);
    look();
    await promise;
    this.#waiting.delete(look);
    clearTimeout(timer);
  }

  stop(): void {
    this.#stopped = true;
    this.#starts++;
    clearInterval(this.#timer);
    this.#entries?.stop();
  }

  async #begin(own: number): Promise<void> {
    this.#starting = true;
    try {
      this.#entries?.stop();
      const { kv, epoch, last } = await openBucket(this.#options);
      if (own !== this.#starts) return;
      if (epoch !== this.#epoch) {
        this.#epoch = epoch;
        this.#seen = 0;
        this.#options.take([], epoch);
      }
      this.#kv = kv;
      const isMore = await hasAbove(this.#options.jsm, this.#seen);
      if (own !== this.#starts) return;
      const entries = await kv.watch(
        this.#seen === 0 ? { include: "history" } : { resumeFromRevision: this.#seen + 1 },
      );
      if (own !== this.#starts) return entries.stop();
      this.#entries = entries;
      await this.#catchUp(entries, own, isMore);
      if (own !== this.#starts) return;
      this.#seen = Math.max(this.#seen, last);
      await this.#options.fill(kv);
    } finally {
      if (own === this.#starts) this.#starting = false;
    }
  }

  async #catchUp(entries: QueuedIterator<KvWatchEntry>, own: number, isMore: boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => reject(new Error(`Cannot read the flags: no answer in ${FLAGS_READ_MS} ms`)),
      FLAGS_READ_MS,
    );
    void this.#follow(entries, own, resolve);
    if (!isMore) resolve();
    await promise.finally(() => clearTimeout(timer));
  }

  async #follow(entries: QueuedIterator<KvWatchEntry>, own: number, caughtUp: () => void): Promise<void> {
    const { failed } = this.#options;
    try {
      const batch: FlagEntry[] = [];
      for await (const entry of entries) {
        if (own !== this.#starts) return;
        batch.push(entryOf(entry));
        // More is under way: values that were replaced long ago must not be taken for the present ones.
        if (entry.delta !== 0) continue;
        this.#take(batch.splice(0));
        caughtUp();
      }
    } catch (error) {
      failed(error);
    }
    if (own !== this.#starts) return;
    failed(new Error("The watch of the flags has ended by itself"));
    setTimeout(() => own === this.#starts && void this.restart(), FLAGS_RETRY_MS);
  }

  #take(batch: readonly FlagEntry[]): void {
    this.#options.take(batch, this.#epoch);
    this.#seen = batch.at(-1)!.revision;
    for (const look of this.#waiting) look();
    const deleted = batch.some(({ text }) => text === null);
    if (deleted && !this.#starting) this.#options.fill(this.kv).catch(this.#options.failed);
  }

  /** Is the bucket still there, and is everything in it taken? */
  async #check(): Promise<void> {
    if (this.#checking || this.#starting) return;
    this.#checking = true;
    const own = this.#starts;
    // Before the bucket is asked: what arrives while it answers may well lie above its answer.
    const seen = this.#seen;
    const { jsm, newEpoch, failed } = this.#options;
    try {
      const info = await jsm.streams.info(FLAGS_STREAM);
      this.#isAnswered = true;
      if (own !== this.#starts) return;
      const { last_seq: last } = info.state;
      const isShort = epochOf(info) === this.#epoch && last < seen;
      if (isShort) await renewBucketEpoch(jsm, newEpoch);
      this.#behind = last > this.#seen ? this.#behind + 1 : 0;
      if (isShort || epochOf(info) !== this.#epoch || this.#behind >= BEHIND_LOOKS_MAX) void this.restart();
    } catch (error) {
      this.#isAnswered = false;
      if (own !== this.#starts) return;
      // While NATS is away the values hold, and its coming back starts this anew.
      if (isNotFound(error)) void this.restart();
      else if (!isNatsUnreachable(error)) failed(error);
    } finally {
      this.#checking = false;
    }
  }
}

function entryOf({ key, operation, value, revision, created }: KvWatchEntry): FlagEntry {
  const text = operation === "PUT" ? new TextDecoder().decode(value) : null;
  return { key, text, revision, at: created.toISOString() };
}
