import { ProblemError } from "@/lib/protocol/problems.ts";
import type { Sql } from "@/services/postgres/pool.ts";

/** Transactions that wait for a connection; one more is told to come back. */
export const WAITING_MAX = 1_000;
/** Longest wait for a connection. */
export const WAIT_MS = 5_000;
const BUSY_RETRY_S = 1;

/** A connection that one transaction at a time has to itself. */
export class Slot {
  readonly sql: Sql;
  /** Has a transaction begun here before? Then a failure to begin may only mean that the connection grew old. */
  used = false;
  #lost: Error | undefined;
  #tell: (error: Error) => void = () => {};

  constructor(open: (lost: () => void) => Sql) {
    this.sql = open(() =>
      this.lose(connectionError("CONNECTION_CLOSED", "The connection to the database was lost"))
    );
  }

  /** Why the connection is gone; undefined while it lives. */
  get lost(): Error | undefined {
    return this.#lost;
  }

  /** Nothing more is sent; who listens is told. */
  lose(error: Error): void {
    if (this.#lost) return;
    this.#lost = error;
    void this.sql.end({ timeout: 0 });
    this.#tell(error);
  }

  /** Rejects when the connection is lost. */
  untilLost(): Promise<never> {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    this.#tell = reject;
    if (this.#lost) reject(this.#lost);
    return promise;
  }
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** At most `max` connections, given out one by one in the order of asking. */
export class Slots {
  readonly #open: (lost: () => void) => Sql;
  readonly #max: number;
  readonly #all = new Set<Slot>();
  readonly #free: Slot[] = [];
  readonly #waiting = new Set<Waiter>();
  #busy = 0;
  #ended = false;

  constructor(open: (lost: () => void) => Sql, max: number) {
    this.#open = open;
    this.#max = max;
  }

  /** Runs `work` with a connection of its own. Throws `unavailable` where none becomes free in time. */
  async use<T>(work: (slot: Slot) => Promise<T>): Promise<T> {
    await this.#turn();
    const slot = this.#take();
    try {
      return await work(slot);
    } finally {
      if (slot.lost) this.#all.delete(slot);
      else this.#free.push(slot);
      this.#next();
    }
  }

  /** Refuses what waits, lets what runs finish within `timeout` seconds. */
  async end(options: { timeout?: number | undefined } = {}): Promise<void> {
    this.#ended = true;
    for (const { reject, timer } of this.#waiting) {
      clearTimeout(timer);
      reject(busy("the server is stopping"));
    }
    this.#waiting.clear();
    await Promise.all([...this.#all].map((slot) => slot.sql.end(options)));
  }

  async #turn(): Promise<void> {
    if (this.#ended) throw busy("the server is stopping");
    if (this.#busy < this.#max) {
      this.#busy++;
      return;
    }
    if (this.#waiting.size >= WAITING_MAX) throw busy(`${WAITING_MAX} transactions wait already`);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(busy(`no connection became free in ${WAIT_MS / 1000} s`));
      }, WAIT_MS);
      const waiter: Waiter = { resolve, reject, timer };
      this.#waiting.add(waiter);
    });
  }

  #take(): Slot {
    for (let slot = this.#free.pop(); slot !== undefined; slot = this.#free.pop()) {
      if (!slot.lost) return slot;
      this.#all.delete(slot);
    }
    const slot = new Slot(this.#open);
    this.#all.add(slot);
    return slot;
  }

  /** Hands the turn to who has waited longest. */
  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#busy--;
      return;
    }
    this.#waiting.delete(first);
    clearTimeout(first.timer);
    first.resolve();
  }
}

function busy(why: string): ProblemError {
  return new ProblemError({
    code: "unavailable",
    detail: `The database is busy: ${why}`,
    retryAfter: BUSY_RETRY_S,
  });
}

/** An error like those of the library, for `isConnectionError`. */
export function connectionError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
