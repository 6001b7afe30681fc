import { CatchUp } from "@/lib/realtime/catch_up.ts";
import { type ErasedRecords, withoutErased } from "@/lib/realtime/erased.ts";
import { Feed } from "@/lib/realtime/feed.ts";
import type { Clock, EventLog, Meter, StreamState } from "@/lib/realtime/ports.ts";
import type { Reading, Source } from "@/services/feeds/source.ts";

/** Organisations read at once by one process. */
export const FEEDS_MAX = 10_000;
/** A feed without subscribers is kept this long, so that a page reload finds its ring. */
export const LINGER_MS = 10_000;
/** How often those who are behind are tried again. */
const BEHIND_TICK_MS = 50;
const HOUSEKEEPING_MS = 1_000;
/** Quiet feeds learn how far the stream has moved on; well below the age at which a resume point is trimmed. */
const ADVANCE_MS = 20_000;
const RESTART_RETRY_MS = 500;
/** A stream that seems to end before what was read of it is looked at again so often before that is believed. */
const BEHIND_READS = 8;
const BEHIND_READ_MS = 250;

interface Running {
  readonly feed: Feed;
  readonly reading: Promise<Reading>;
  idleSince: number | null;
  advancedAt: number;
}

export interface FeedsOptions {
  readonly source: Source;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly bufferLimit: () => number;
  readonly failed: (error: unknown) => void;
}

/** The feeds of one process: one per organisation that has somebody connected, started and stopped on demand. */
export class Feeds {
  readonly #options: FeedsOptions;
  readonly #catchUp: CatchUp;
  readonly #running = new Map<number, Running>();
  readonly #starting = new Map<number, Promise<Feed>>();
  readonly #timers: ReturnType<typeof setInterval>[];
  #restarting: Promise<void> | undefined;
  #restartAgain = false;
  /** Ends the wait for the attempt to restart that is under way. */
  #overtake: (() => void) | undefined;
  /** Pending while the feeds go over to another epoch. */
  #changing: Promise<void> | undefined;
  #closed = false;

  constructor(options: FeedsOptions) {
    this.#options = options;
    this.#catchUp = new CatchUp(options.log, options.clock, options.failed);
    this.#timers = [
      setInterval(() => this.#tickBehind(), BEHIND_TICK_MS),
      setInterval(() => this.#housekeep(), HOUSEKEEPING_MS),
    ];
  }

  get size(): number {
    return this.#running.size;
  }

  /** Reads of the stream for those who catch up that are under way. */
  get catchUpsActive(): number {
    return this.#catchUp.active;
  }

  /** Highest sequence that a feed has read of the stream of this epoch; 0 where none has. */
  head(epoch: string): number {
    let head = 0;
    for (const { feed } of this.#running.values()) {
      if (feed.epoch === epoch) head = Math.max(head, feed.head);
    }
    return head;
  }

  /** The feed of an organisation, started where it is not running. Rejects while the stream cannot be reached. */
  async acquire(orgId: number): Promise<Feed> {
    const running = this.#running.get(orgId);
    if (running === undefined) return await this.#start(orgId);
    running.idleSince = null;
    await running.reading;
    return running.feed;
  }

  /** Nothing of these records is told again from memory. */
  forget(orgId: number, records: ErasedRecords): void {
    this.#running.get(orgId)?.feed.ring.replace((event) => withoutErased(event, records));
  }

  /** The stream was interrupted: every feed goes on from its head, or tells its people that it cannot. */
  restart(): Promise<void> {
    this.#restartAgain = true;
    this.#overtake?.();
    return this.#restarting ??= this.#restart().finally(() => {
      this.#restarting = undefined;
      // Asked for between the end of the last round and here.
      if (this.#restartAgain && !this.#closed) void this.restart();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#options.source.close();
    this.#running.clear();
  }

  #start(orgId: number): Promise<Feed> {
    let starting = this.#starting.get(orgId);
    if (starting === undefined) {
      starting = this.#open(orgId).finally(() => this.#starting.delete(orgId));
      this.#starting.set(orgId, starting);
    }
    return starting;
  }

  async #open(orgId: number): Promise<Feed> {
    if (this.#running.size >= FEEDS_MAX) {
      throw new Error(
        `Cannot read organisation ${orgId}: ${FEEDS_MAX} are read`,
      );
    }
    const state = await this.#stateToOpen();
    const { catchUp, options: { clock, meter, bufferLimit, source } } = {
      catchUp: this.#catchUp,
      options: this.#options,
    };
    const start = source.start(state);
    const feed = new Feed({
      orgId,
      state: { ...state, ...start },
      catchUp,
      clock,
      meter,
      bufferLimit,
    });
    const reading = source.open(orgId, feed);
    this.#running.set(orgId, {
      feed,
      reading,
      idleSince: clock.now(),
      // Spread, so that feeds started together do not ask together.
      advancedAt: clock.now() - Math.random() * ADVANCE_MS,
    });
    try {
      await reading;
    } catch (error) {
      this.#running.delete(orgId);
      throw error;
    }
    return feed;
  }

  /** A feed that is opened while the others change epoch would be of neither. */
  async #stateToOpen(): Promise<StreamState> {
    for (;;) {
      await this.#changing;
      const state = await this.#options.log.state();
      if (this.#changing === undefined) return state;
    }
  }

  async #restart(): Promise<void> {
    while (this.#restartAgain && !this.#closed) {
      this.#restartAgain = false;
      // What an attempt asked over a connection that broke again is never answered: it is overtaken, not waited for.
      const { promise: overtaken, resolve } = Promise.withResolvers<void>();
      this.#overtake = resolve;
      try {
        await Promise.race([this.#restartOnce(resolve), overtaken]);
      } catch (error) {
        this.#options.failed(error);
        this.#restartAgain = true;
        await new Promise<void>((resolve) => this.#options.clock.after(RESTART_RETRY_MS, resolve));
      }
    }
  }

  /** `attempt` tells it from others: one that was overtaken changes nothing any more. */
  async #restartOnce(attempt: () => void): Promise<void> {
    const state = await this.#stateAhead();
    if (attempt !== this.#overtake) return;
    const isOther = [...this.#running.values()].some(({ feed }) => feed.epoch !== state.epoch);
    await (isOther ? this.#change(attempt) : this.#restartAt(state));
  }

  /**
   * A leader that was elected a moment ago has all that was acknowledged, and may not say so yet: believed at once, it
   * would send everybody back to before what they have heard.
   */
  async #stateAhead(): Promise<StreamState> {
    for (let reads = 1;; reads++) {
      const state = await this.#options.log.state();
      if (state.last >= this.head(state.epoch) || reads === BEHIND_READS || this.#closed) return state;
      await new Promise<void>((resolve) => this.#options.clock.after(BEHIND_READ_MS, resolve));
    }
  }

  /**
   * Goes over to another epoch. A stream that got it in place is still read under the old one: what arrives after its state
   * was read would be told a second time after the reset. So the state is read when nothing arrives any more.
   */
  async #change(attempt: () => void): Promise<void> {
    const { promise: changing, resolve: changed } = Promise.withResolvers<void>();
    this.#changing = changing;
    try {
      this.#options.source.pause();
      const state = await this.#options.log.state();
      if (attempt === this.#overtake) await this.#restartAt(state);
    } finally {
      if (this.#changing === changing) this.#changing = undefined;
      changed();
    }
  }

  async #restartAt(state: StreamState): Promise<void> {
    const starts = new Map([...this.#running].map(([orgId, { feed }]) => [orgId, feed.restart(state)]));
    await this.#options.source.restart(state, starts);
  }

  #tickBehind(): void {
    for (const { feed } of this.#running.values()) {
      if (feed.behind > 0) feed.tick();
    }
  }

  #housekeep(): void {
    const now = this.#options.clock.now();
    let state: Promise<StreamState> | undefined;
    for (const [orgId, running] of this.#running) {
      const { feed } = running;
      if (feed.size > 0) running.idleSince = null;
      else running.idleSince ??= now;
      if (running.idleSince !== null && now - running.idleSince >= LINGER_MS) {
        this.#running.delete(orgId);
        this.#stop(running.reading);
      } else if (
        now - running.advancedAt >= ADVANCE_MS && this.#restarting === undefined
      ) {
        running.advancedAt = now;
        this.#advance(running, state ??= this.#options.log.state());
      }
    }
  }

  async #stop(reading: Promise<Reading>): Promise<void> {
    try {
      await (await reading).close();
    } catch (error) {
      this.#options.failed(error);
    }
  }

  async #advance(
    { feed, reading }: Running,
    stateRead: Promise<StreamState>,
  ): Promise<void> {
    try {
      const state = await stateRead;
      if (state.epoch !== feed.epoch) return await this.restart();
      // The stream was trimmed beyond what this feed has read: its people must be told.
      if (state.first > feed.head + 1) return await this.restart();
      const reached = await (await reading).reached(state);
      if (state.epoch === feed.epoch) feed.advance(reached);
    } catch {
      // A quiet feed that could not be moved along now is moved along next time; the watch tells of lost NATS.
    }
  }
}
