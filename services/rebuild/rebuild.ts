import type { JetStreamClient, JetStreamManager, StreamInfo } from "@nats-io/jetstream";
import { decodeEvent } from "@/lib/realtime/event.ts";
import { begunOf, closeStream, notePut, openStream } from "@/services/nats/closing.ts";
import {
  declareEvents,
  EVENTS,
  EVENTS_AGE_MS,
  EVENTS_BYTES_MAX,
  isNotFound,
} from "@/services/nats/streams.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { inOldOrder } from "@/services/rebuild/old_order.ts";
import { MESSAGE_BYTES, OutboxHistory } from "@/services/rebuild/outbox_history.ts";
import { type PresentMessage, presentMessages } from "@/services/rebuild/present.ts";
import { type Entry, republish } from "@/services/rebuild/republish.ts";

/** The stream lets go of what is this old; what will be in a moment is not looked for. */
const AGE_MARGIN_MS = 5 * 60_000;
/** Part of the stream's room that a rebuild fills: the rest is for what comes after it. */
const ROOM_PART = 0.9;
/** One rebuild at a time, whichever process runs it. */
const REBUILD_LOCK = 7_466_002;
const MARK_ROWS_MAX = 500;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface RebuildParts {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** Under the login of the app. */
  readonly sql: Sql;
  /** Of a stream that has to be made. */
  readonly replicas: number;
  readonly newEpoch: () => string;
  readonly now: () => number;
  readonly print: (line: string) => void;
}

export interface RebuildOptions {
  /** Also where nothing is missing. */
  readonly replace?: boolean;
  readonly dryRun?: boolean;
}

export type Rebuilt =
  | { readonly outcome: "busy" | "whole" | "dry" }
  | { readonly outcome: "rebuilt"; readonly epoch: string; readonly put: number };

/**
 * Puts into the events stream what PostgreSQL still knows of it: what the outbox has published within the stream's age, in
 * its old order, then what the stream holds now. Killed at any point it leaves a stream that is closed, and is to be run
 * again; what it has done is not done twice.
 */
export async function rebuildStream(parts: RebuildParts, options: RebuildOptions = {}): Promise<Rebuilt> {
  const [lock] = await parts.sql<{ held: boolean }[]>`select pg_try_advisory_lock(${REBUILD_LOCK}) as held`;
  if (!lock?.held) return { outcome: "busy" };
  try {
    return await new Rebuild(parts, options).run();
  } finally {
    await parts.sql`select pg_advisory_unlock(${REBUILD_LOCK})`.catch(() => {});
  }
}

class Rebuild {
  readonly #parts: RebuildParts;
  readonly #options: RebuildOptions;
  readonly #outbox: OutboxHistory;
  #since: Date;
  #put = 0;

  constructor(parts: RebuildParts, options: RebuildOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#outbox = new OutboxHistory(parts.sql);
    this.#since = new Date(parts.now() - EVENTS_AGE_MS + AGE_MARGIN_MS);
  }

  async run(): Promise<Rebuilt> {
    const { jsm, print, replicas, newEpoch } = this.#parts;
    let info = await this.#info();
    const begun = info && begunOf(info);
    const missing = await this.#look(info);
    if (begun !== undefined) print(`a rebuild was broken off: it goes on`);
    else if (missing === 0 && !this.#options.replace) return { outcome: "whole" };
    if (this.#options.dryRun) return { outcome: "dry" };
    if (info === undefined) {
      await declareEvents(jsm, { replicas, newEpoch });
      info = await jsm.streams.info(EVENTS);
    }
    const id = begun?.id ?? crypto.randomUUID().slice(0, 8);
    const keptTo = begun?.keptTo ?? await this.#close(info, id);
    if (!begun?.isPut) await this.#putBack(id, keptTo);
    await this.#place(keptTo);
    // Those of before are there a second time now, behind what came before them.
    if (keptTo > 0) await jsm.streams.purge(EVENTS, { seq: keptTo + 1 });
    const epoch = newEpoch();
    await openStream(jsm, EVENTS, epoch);
    return { outcome: "rebuilt", epoch, put: this.#put };
  }

  async #info(): Promise<StreamInfo | undefined> {
    try {
      return await this.#parts.jsm.streams.info(EVENTS);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Says what is where. Answers how many events the outbox has published that the stream has lost. */
  async #look(info: StreamInfo | undefined): Promise<number> {
    const { print } = this.#parts;
    const { rows, waiting } = await this.#outbox.totals(this.#since);
    const held = info?.state.messages ?? 0;
    print(
      info === undefined
        ? `stream: there is no ${EVENTS}`
        : `stream: ${EVENTS} holds ${held} messages, epoch ${info.config.metadata?.epoch ?? "none"}`,
    );
    print(`outbox: ${rows} published events that the stream should hold, ${waiting} that wait for the relay`);
    const missing = info === undefined ? rows : await this.#missing(info);
    print(`missing in the stream: ${missing}`);
    return missing;
  }

  async #missing({ state: { bytes, first_ts } }: StreamInfo): Promise<number> {
    // Full, it has let go of its oldest by itself.
    const isFull = bytes > ROOM_PART * EVENTS_BYTES_MAX;
    const oldest = isFull ? Date.parse(String(first_ts)) : 0;
    const missing = new Set<string>();
    for await (const { id, publishedMs } of this.#outbox.since(this.#since)) {
      if (publishedMs >= oldest) missing.add(id);
    }
    // Looked at after the outbox: what is in there as published is in the stream by now.
    const { state } = await this.#parts.jsm.streams.info(EVENTS);
    const { from, to } = { from: state.first_seq, to: state.last_seq };
    for await (const { id } of presentMessages(this.#parts.js, { from, to, idsOnly: true })) {
      missing.delete(id);
    }
    return missing.size;
  }

  async #close(info: StreamInfo, id: string): Promise<number> {
    const { jsm, print } = this.#parts;
    const { state } = await closeStream(jsm, info, id);
    print(`${EVENTS} takes nothing from others until this has ended; the apps' events wait in the outbox`);
    return state.last_seq;
  }

  async #putBack(rebuildId: string, keptTo: number): Promise<void> {
    const { js, jsm, print } = this.#parts;
    const { state } = await jsm.streams.info(EVENTS);
    const { ids: done } = await this.#held(keptTo + 1, state.last_seq);
    if (done.size > 0) print(`${done.size} are back already`);
    const { ids: present, bytes } = await this.#held(state.first_seq, keptTo);
    // Until the end those of before are there twice.
    const room = ROOM_PART * EVENTS_BYTES_MAX - 2 * bytes;
    const since = await this.#outbox.sinceForBytes(this.#since, room);
    if (since > this.#since) {
      print(`what was published before ${since.toISOString()} has no room and is left out`);
    }
    const { rows } = await this.#outbox.totals(since);
    const progress = new Progress(print, rows + present.size, done.size);
    const entries = this.#entries({ since, present, done, keptTo, first: state.first_seq });
    await republish(js, rebuildId, entries, (count) => {
      this.#put += count;
      progress.add(count);
    });
    progress.end();
    await notePut(jsm, EVENTS);
  }

  async *#entries(
    { since, present, done, keptTo, first }: {
      since: Date;
      present: ReadonlySet<string>;
      done: ReadonlySet<string>;
      keptTo: number;
      first: number;
    },
  ): AsyncGenerator<Entry> {
    for await (const { id, subject, payload, publishedMs } of inOldOrder(this.#outbox.since(since))) {
      if (present.has(id) || done.has(id)) continue;
      yield { id, subject, payload, storedAt: publishedMs };
    }
    for await (
      const message of presentMessages(this.#parts.js, { from: first, to: keptTo, idsOnly: false })
    ) {
      // What is no event is shown to nobody; the validator has kept it.
      if (!done.has(message.id) && isEvent(message)) yield message;
    }
  }

  /** Writes to the outbox where each of its events is now. */
  async #place(keptTo: number): Promise<void> {
    const { js, jsm, print } = this.#parts;
    const { state } = await jsm.streams.info(EVENTS);
    let some: { id: string; seq: number }[] = [];
    let placed = 0;
    const flush = async () => {
      placed += await this.#outbox.place(some);
      some = [];
    };
    for await (
      const { id, seq } of presentMessages(js, { from: keptTo + 1, to: state.last_seq, idsOnly: true })
    ) {
      if (UUID.test(id)) some.push({ id, seq });
      if (some.length === MARK_ROWS_MAX) await flush();
    }
    if (some.length > 0) await flush();
    print(`${placed} rows of the outbox have their new position`);
  }

  /** What lies there, and about how much room it takes. */
  async #held(from: number, to: number): Promise<{ ids: Set<string>; bytes: number }> {
    const ids = new Set<string>();
    let bytes = 0;
    for await (const { id, size } of presentMessages(this.#parts.js, { from, to, idsOnly: true })) {
      ids.add(id);
      bytes += size + MESSAGE_BYTES;
    }
    return { ids, bytes };
  }
}

function isEvent(message: PresentMessage): boolean {
  return !("invalid" in decodeEvent({ ...message, messageId: message.id }));
}

/** Says how far it is, now and then. */
class Progress {
  readonly #print: (line: string) => void;
  readonly #total: number;
  #done: number;
  #told: number;

  constructor(print: (line: string) => void, total: number, done: number) {
    this.#print = print;
    this.#total = total;
    this.#done = done;
    this.#told = done;
  }

  add(count: number): void {
    this.#done += count;
    if (this.#done - this.#told < Math.max(1_000, this.#total / 20)) return;
    this.#told = this.#done;
    this.#print(`put back: ${this.#done} of ${this.#total}`);
  }

  end(): void {
    this.#print(`put back: ${this.#done} in all`);
  }
}
