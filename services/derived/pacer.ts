import type { Slots } from "@/lib/realtime/slots.ts";
import { problemOfError } from "@/services/postgres/errors.ts";

/** After a failure; doubled with each further one. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 10_000;
/** Failures in a row that are nobody's outage, until the marks are given up: a bug must not hold up the others. */
export const TRIES_MAX = 5;

/** Committed; given up after too many failures; or not done because the process ends. */
export type Outcome = "covered" | "given_up" | "closed";

/** A reason to compute the figures of a place again. */
export interface Mark {
  /** Days that it names besides those computed anyway. */
  readonly days?: readonly string[];
  readonly settled: (outcome: Outcome) => void;
}

export interface PacerOptions<Target> {
  readonly keyOf: (target: Target) => string;
  /** Shortest time from one run for a target to the next, in milliseconds. */
  readonly everyMs: number;
  readonly slots: Slots;
  /** Whose turn a run takes: where many wait, these take turns. */
  readonly turnOf: (target: Target) => number;
  /** Computes and commits. Answers after how many milliseconds to do so again; undefined where it is done. */
  readonly run: (target: Target, marks: readonly Mark[]) => Promise<number | undefined>;
  readonly now: () => number;
  readonly failed: (error: unknown) => void;
}

interface Entry<Target> {
  readonly target: Target;
  marks: Mark[];
  startedAt: number;
  failures: number;
  running: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Runs something for each target that was marked: at once after quiet, then no more often than `everyMs`. What is marked
 * while it runs is covered by the next run.
 */
export class Pacer<Target> {
  readonly #options: PacerOptions<Target>;
  readonly #entries = new Map<string, Entry<Target>>();
  readonly #runs = new Set<Promise<void>>();
  #closed = false;

  constructor(options: PacerOptions<Target>) {
    this.#options = options;
  }

  /** Targets marked, running, or still within the time of their last run. */
  get size(): number {
    return this.#entries.size;
  }

  mark(target: Target, mark: Mark): void {
    if (this.#closed) return mark.settled("closed");
    const key = this.#options.keyOf(target);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { target, marks: [], startedAt: -Infinity, failures: 0, running: false, timer: undefined };
      this.#entries.set(key, entry);
    }
    const waits = entry.running || entry.marks.length > 0;
    entry.marks.push(mark);
    if (!waits) this.#schedule(key, entry, 0);
  }

  /** Runs nothing more, and waits for what runs. Marks that are left are told so. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const entry of this.#entries.values()) clearTimeout(entry.timer);
    await Promise.all(this.#runs);
    for (const { marks } of this.#entries.values()) for (const mark of marks) mark.settled("closed");
    this.#entries.clear();
  }

  /** Not before `delayMs`, nor before the time since its last run has passed. */
  #schedule(key: string, entry: Entry<Target>, delayMs: number): void {
    const { everyMs, now } = this.#options;
    clearTimeout(entry.timer);
    // A clock that was put back must not make it wait for longer.
    const rest = Math.min(Math.max(entry.startedAt + everyMs - now(), 0), everyMs);
    const wait = Math.max(rest, delayMs);
    if (wait === 0) return this.#start(key, entry);
    entry.timer = setTimeout(() => this.#start(key, entry), wait);
  }

  #start(key: string, entry: Entry<Target>): void {
    entry.timer = undefined;
    if (this.#closed) return;
    if (entry.marks.length === 0) {
      this.#entries.delete(key);
      return;
    }
    entry.running = true;
    const { slots, turnOf } = this.#options;
    const run = slots.run(() => this.#run(entry), turnOf(entry.target)).then((delayMs) => {
      entry.running = false;
      if (!this.#closed) this.#schedule(key, entry, delayMs);
    }).finally(() => this.#runs.delete(run));
    this.#runs.add(run);
  }

  /** Answers after how long it is to run again where there are marks; never rejects. */
  async #run(entry: Entry<Target>): Promise<number> {
    if (this.#closed) return 0;
    const marks = entry.marks;
    entry.marks = [];
    entry.startedAt = this.#options.now();
    try {
      const again = await this.#options.run(entry.target, marks);
      entry.failures = 0;
      if (again === undefined) {
        for (const mark of marks) mark.settled("covered");
        return 0;
      }
      entry.marks = marks.concat(entry.marks);
      // It did nothing: the time to wait is the one it names.
      entry.startedAt = -Infinity;
      return again;
    } catch (error) {
      this.#options.failed(error);
      if (problemOfError(error)?.code !== "unavailable") entry.failures++;
      if (entry.failures >= TRIES_MAX) {
        for (const mark of marks) mark.settled("given_up");
        entry.failures = 0;
      } else {
        entry.marks = marks.concat(entry.marks);
      }
      return Math.min(RETRY_MS * 2 ** entry.failures, RETRY_MAX_MS);
    }
  }
}
