import type { Clock } from "@/lib/realtime/ports.ts";

/** Something to be done when it is called for: at once after quiet, then at most once in `ms`. */
export class Coalesced {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #run: () => void;
  #cancel: (() => void) | undefined;
  #isDue = false;

  constructor(clock: Clock, ms: number, run: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#run = run;
  }

  /** Would it be done at once? */
  get isQuiet(): boolean {
    return this.#cancel === undefined;
  }

  call(): void {
    if (this.#cancel !== undefined) {
      this.#isDue = true;
      return;
    }
    this.#cancel = this.#clock.after(this.#ms, () => this.#passed());
    this.#run();
  }

  /** At the end of the time, not at once. */
  callLater(): void {
    this.#isDue = true;
    this.#cancel ??= this.#clock.after(this.#ms, () => this.#passed());
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = () => {};
    this.#isDue = false;
  }

  #passed(): void {
    this.#cancel = undefined;
    if (!this.#isDue) return;
    this.#isDue = false;
    this.call();
  }
}
