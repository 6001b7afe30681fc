/** Revisions that wait for one before them, at most; what comes beyond is read from the record with it. */
export const ORDER_WAITING_MAX = 500;

/** One that may go out now. */
export interface Passed<T> {
  readonly item: T;
  /** The revision that went out before it: the one below, but where those between have been overtaken. */
  readonly prevRev: number;
}

/** Lets the changes of a room pass in the order of their revisions, each once, however they arrive. */
export class RevOrder<T extends { readonly rev: number }> {
  #last: number;
  readonly #waiting = new Map<number, T>();

  /** `last`: everything up to this revision has passed. */
  constructor(last: number) {
    this.#last = last;
  }

  get last(): number {
    return this.#last;
  }

  /** Is one missing before those that wait? */
  get isBehind(): boolean {
    return this.#waiting.size > 0;
  }

  /** Takes one that was told. Answers what passes now. */
  take(item: T): readonly Passed<T>[] {
    if (item.rev <= this.#last) return [];
    if (item.rev > this.#last + 1) {
      if (this.#waiting.size < ORDER_WAITING_MAX) this.#waiting.set(item.rev, item);
      return [];
    }
    return [this.#pass(item), ...this.#following()];
  }

  /**
   * Takes what the record has after `last`, in order of `rev` and complete up to the last of them. A message that was
   * changed again since is there once, in its latest form. Answers what passes now.
   */
  fill(items: readonly T[]): readonly Passed<T>[] {
    const passed = items.filter(({ rev }) => rev > this.#last).map((item) => this.#pass(item));
    for (const rev of this.#waiting.keys()) {
      if (rev <= this.#last) this.#waiting.delete(rev);
    }
    return [...passed, ...this.#following()];
  }

  #pass(item: T): Passed<T> {
    const prevRev = this.#last;
    this.#last = item.rev;
    return { item, prevRev };
  }

  #following(): Passed<T>[] {
    const passed: Passed<T>[] = [];
    for (let next; (next = this.#waiting.get(this.#last + 1)) !== undefined;) {
      this.#waiting.delete(next.rev);
      passed.push(this.#pass(next));
    }
    return passed;
  }
}
