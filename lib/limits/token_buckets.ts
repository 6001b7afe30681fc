/** So many at once, and so many more each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** What sums of fractions may be off by. */
const ROUNDING_MS = 1e-6;

interface Bucket {
  left: number;
  at: number;
}

/**
 * A token bucket for each key. At most `keysMax` are remembered: of more, those that took longest ago are forgotten,
 * which are the ones that are full again, or of somebody who has that many keys.
 */
export class TokenBuckets {
  readonly #rate: Rate;
  readonly #keysMax: number;
  /** In the order in which they took last. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, keysMax: number) {
    this.#rate = rate;
    this.#keysMax = keysMax;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one. Answers 0, or how many milliseconds there will be none. */
  take(key: string, now: number): number {
    const { burst, perSecond } = this.#rate;
    const bucket = this.#buckets.get(key) ?? { left: burst, at: now };
    const passedMs = Math.max(0, now - bucket.at);
    bucket.left = Math.min(burst, bucket.left + passedMs * perSecond / 1000);
    bucket.at = now;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#keysMax) this.#buckets.delete(this.#buckets.keys().next().value!);
    if (bucket.left < 1) return Math.ceil((1 - bucket.left) * 1000 / perSecond - ROUNDING_MS);
    bucket.left--;
    return 0;
  }
}
