/** Whose turn it is: an organisation, say. Tasks that name none share one. */
export type TurnOf = number | undefined;

/**
 * At most `max` tasks run at once. Of those that wait the next is of whoever runs the fewest, and of these of the one
 * that was served longest ago; tasks of the same run in the order they came.
 */
export class Slots {
  readonly #max: number;
  /** Who was served longest ago comes first. */
  readonly #waiting = new Map<TurnOf, (() => void)[]>();
  readonly #running = new Map<TurnOf, number>();
  #taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Tasks that wait. */
  get waiting(): number {
    let count = 0;
    for (const tasks of this.#waiting.values()) count += tasks.length;
    return count;
  }

  /** Tasks of this one that wait. */
  waitingOf(turnOf: TurnOf): number {
    return this.#waiting.get(turnOf)?.length ?? 0;
  }

  async run<T>(task: () => Promise<T>, turnOf?: TurnOf): Promise<T> {
    if (this.#taken >= this.#max) await new Promise<void>((go) => this.#queue(turnOf, go));
    else {
      this.#taken++;
      this.#count(turnOf, 1);
    }
    try {
      return await task();
    } finally {
      this.#count(turnOf, -1);
      const next = this.#next();
      if (next === undefined) this.#taken--;
      else next();
    }
  }

  #queue(turnOf: TurnOf, go: () => void): void {
    const tasks = this.#waiting.get(turnOf);
    if (tasks === undefined) this.#waiting.set(turnOf, [go]);
    else tasks.push(go);
  }

  #count(turnOf: TurnOf, change: 1 | -1): void {
    const count = (this.#running.get(turnOf) ?? 0) + change;
    if (count === 0) this.#running.delete(turnOf);
    else this.#running.set(turnOf, count);
  }

  #next(): (() => void) | undefined {
    let chosen: TurnOf;
    let fewest = Infinity;
    for (const turnOf of this.#waiting.keys()) {
      const running = this.#running.get(turnOf) ?? 0;
      if (running >= fewest) continue;
      [chosen, fewest] = [turnOf, running];
      if (running === 0) break;
    }
    const tasks = this.#waiting.get(chosen);
    if (tasks === undefined) return undefined;
    const go = tasks.shift();
    this.#waiting.delete(chosen);
    if (tasks.length > 0) this.#waiting.set(chosen, tasks);
    // At once, and not when it goes on: another slot may become free before.
    this.#count(chosen, 1);
    return go;
  }
}
