/** Calls back once after `ms`; what it returns stops that. */
export type After = (ms: number, run: () => void) => () => void;

/** The clocks of a machine: each runs once at a time, and starting it again is starting it anew. */
export class Timers<T> {
  readonly #after: After;
  readonly #fired: (timer: T) => void;
  readonly #running = new Map<T, () => void>();

  constructor(after: After, fired: (timer: T) => void) {
    this.#after = after;
    this.#fired = fired;
  }

  schedule(timer: T, ms: number): void {
    this.cancel(timer);
    const stop = this.#after(ms, () => {
      this.#running.delete(timer);
      this.#fired(timer);
    });
    this.#running.set(timer, stop);
  }

  cancel(timer: T): void {
    this.#running.get(timer)?.();
    this.#running.delete(timer);
  }

  cancelAll(): void {
    for (const timer of [...this.#running.keys()]) this.cancel(timer);
  }
}
