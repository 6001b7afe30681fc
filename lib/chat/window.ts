/** At most so many in any stretch of time, for each key. */
export class Window {
  readonly #max: number;
  readonly #ms: number;
  readonly #keysMax: number;
  readonly #times = new Map<string, number[]>();

  /** `keysMax`: where more keys than these are busy at once, the one that was counted first is forgotten. */
  constructor(options: { readonly max: number; readonly ms: number; readonly keysMax: number }) {
    this.#max = options.max;
    this.#ms = options.ms;
    this.#keysMax = options.keysMax;
  }

  /** Counts one and answers 0, or answers after how many ms there is room for it. */
  take(key: string, now: number): number {
    const times = (this.#times.get(key) ?? []).filter((time) => time > now - this.#ms);
    if (times.length >= this.#max) return times[0]! + this.#ms - now;
    times.push(now);
    this.#times.delete(key);
    this.#times.set(key, times);
    if (this.#times.size > this.#keysMax) this.#forget(now);
    return 0;
  }

  #forget(now: number): void {
    for (const [key, times] of this.#times) {
      if (this.#times.size <= this.#keysMax && times.at(-1)! > now - this.#ms) return;
      this.#times.delete(key);
    }
  }
}
