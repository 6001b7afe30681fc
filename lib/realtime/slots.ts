/** At most `max` tasks run at once; the others wait in the order they came. */
export class Slots {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get taken(): number {
    return this.#taken;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.#max) {
      await new Promise<void>((go) => this.#waiting.push(go));
    } else this.#taken++;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken--;
      else next();
    }
  }
}
