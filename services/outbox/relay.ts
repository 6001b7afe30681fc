import type { JetStreamClient } from "@nats-io/jetstream";
import type { Registry } from "@/lib/metrics/registry.ts";

/** Rows published at once by one process; what is beyond waits in the table for the sweeper. */
export const IN_FLIGHT_MAX = 1_000;
/** How long an acknowledgement is waited for before the row is left to the sweeper. */
export const PUBLISH_TIMEOUT_MS = 5_000;
/** Published rows are marked together, this long after the first. */
const MARK_DELAY_MS = 20;
const MARK_ROWS_MAX = 500;
export const SWEEP_MS = 1_000;
/** A row younger than this may still be on its way by the nudge of its own process. */
export const SWEEP_AGE_MS = 2_000;
export const SWEEP_ROWS_MAX = 500;
/** Published rows are kept for twice the life of the stream, so that it can be compared and rebuilt. */
export const KEEP_HOURS = 48;
const FORGET_MS = 60_000;

/** A row of the outbox: an event that its business row was committed with. */
export interface OutboxRow {
  readonly id: string;
  readonly subject: string;
  /** JSON text. */
  readonly payload: string;
}

/** An acknowledged row and the stream sequence it got. */
export interface PublishedRow {
  readonly id: string;
  readonly seq: number;
}

/** The table, as far as the relay needs it. */
export interface OutboxTable {
  /** Writes the sequences back. */
  mark(rows: readonly PublishedRow[]): Promise<void>;
  /** Takes unpublished rows older than `ageMs` that no other process holds, publishes them, and marks them. */
  sweep(ageMs: number, max: number, publish: (row: OutboxRow) => Promise<PublishedRow>): Promise<number>;
  /** Deletes rows published more than `hours` ago. */
  forget(hours: number): Promise<void>;
  /** Rows not published yet, and the age of the oldest in milliseconds. */
  waiting(): Promise<{ rows: number; oldestMs: number }>;
}

/**
 * Carries committed events from the outbox to JetStream: at once by a nudge after the commit, and by a sweeper for
 * what a crash or an outage left. The event's id is its `Nats-Msg-Id`, so publishing one twice stores it once.
 */
export class OutboxRelay {
  readonly #js: JetStreamClient;
  readonly #table: OutboxTable;
  readonly #registry: Registry;
  readonly #failed: (error: unknown) => void;
  readonly #timers: ReturnType<typeof setInterval>[];
  #inFlight = 0;
  #published: PublishedRow[] = [];
  #marking: Promise<void> | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(
    { js, table, registry, failed }: {
      js: JetStreamClient;
      table: OutboxTable;
      registry: Registry;
      failed: (error: unknown) => void;
    },
  ) {
    this.#js = js;
    this.#table = table;
    this.#registry = registry;
    this.#failed = failed;
    this.#timers = [
      setInterval(() => this.sweep(), SWEEP_MS),
      setInterval(() => this.#table.forget(KEEP_HOURS).catch(failed), FORGET_MS),
    ];
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Publishes rows that were committed just now. Never throws: what fails is left to the sweeper. */
  nudge(rows: readonly OutboxRow[]): void {
    for (const row of rows) {
      if (this.#inFlight >= IN_FLIGHT_MAX) return;
      this.#inFlight++;
      const committed = performance.now();
      this.#publish(row).then((published) => {
        const seconds = (performance.now() - committed) / 1000;
        this.#registry.observe("innstream_event_publish_seconds", {}, seconds);
        this.#mark(published);
      }, this.#failed)
        .finally(() => this.#inFlight--);
    }
  }

  /** Publishes what was left behind. Never rejects; callers share one sweep. */
  sweep(ageMs = SWEEP_AGE_MS): Promise<void> {
    return this.#sweeping ??= this.#sweepAll(ageMs).catch(this.#failed)
      .finally(() => this.#sweeping = undefined);
  }

  /** Publishes no more; waits for what is under way. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#sweeping;
    const deadline = Date.now() + PUBLISH_TIMEOUT_MS;
    while (this.#inFlight > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await this.#marking;
  }

  async #sweepAll(ageMs: number): Promise<void> {
    let swept: number;
    do {
      swept = await this.#table.sweep(ageMs, SWEEP_ROWS_MAX, (row) => this.#publish(row));
    } while (swept === SWEEP_ROWS_MAX);
  }

  async #publish({ id, subject, payload }: OutboxRow): Promise<PublishedRow> {
    const { seq } = await this.#js.publish(subject, payload, { msgID: id, timeout: PUBLISH_TIMEOUT_MS });
    this.#registry.count("innstream_events_published_total", {});
    return { id, seq };
  }

  #mark(row: PublishedRow): void {
    this.#published.push(row);
    this.#marking ??= new Promise<void>((resolve) => setTimeout(resolve, MARK_DELAY_MS))
      .then(() => this.#markAll()).catch(this.#failed).finally(() => this.#marking = undefined);
  }

  async #markAll(): Promise<void> {
    while (this.#published.length > 0) {
      // Rows whose mark fails are published again by the sweeper, under the same id.
      await this.#table.mark(this.#published.splice(0, MARK_ROWS_MAX));
    }
  }
}
