/** How far the others are: what of one's own was read, and by how many. */
export class Receipts {
  /** By how far they are, ascending. */
  readonly #read: readonly (readonly [userId: string, seq: number])[];
  readonly #deliveredUpTo: number;

  constructor(
    { receipts, delivered, userId }: {
      readonly receipts: ReadonlyMap<string, number>;
      readonly delivered: ReadonlyMap<string, number>;
      /** Who looks: their own positions say nothing. */
      readonly userId: string;
    },
  ) {
    const others = (positions: ReadonlyMap<string, number>) => [...positions].filter(([id]) => id !== userId);
    this.#read = others(receipts).sort(([, a], [, b]) => a - b);
    this.#deliveredUpTo = others(delivered).reduce((most, [, seq]) => Math.max(most, seq), 0);
  }

  /** How many others have read the message with this `seq`. */
  readers(seq: number): number {
    return this.#read.length - this.#firstAt(seq);
  }

  /** Some of them. */
  readersOf(seq: number, max: number): readonly string[] {
    const first = this.#firstAt(seq);
    return this.#read.slice(first, first + max).map(([userId]) => userId);
  }

  /** Of those who have read it, the first in their order. */
  #firstAt(seq: number): number {
    let [low, high] = [0, this.#read.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#read[middle]![1] < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  isDelivered(seq: number): boolean {
    return seq <= this.#deliveredUpTo;
  }
}
