/** What one client has been told of events, and whether that can be right. Pure: times come in as arguments. */
export interface Told {
  readonly id: string;
  readonly at: number;
}

/** What was acknowledged to whoever wrote it. */
export interface Acknowledged {
  /** Of the event, or of the record that it tells of. */
  readonly key: string;
  readonly at: number;
}

export interface Findings {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly disordered: readonly string[];
}

/** Follows what one client receives: which keys, how often, and whether positions only grow. */
export class Tracker {
  readonly #seen = new Map<string, number>();
  readonly #doubled: string[] = [];
  readonly #disordered: string[] = [];
  #epoch: string | undefined;
  #seq = 0;
  /** When it was told to read everything again: what was written before that, it has read. */
  resetAt = -Infinity;
  resets = 0;

  /** A position in the stream of `epoch`; a frame's, or a poll's. */
  position(seq: number, epoch: string | undefined = this.#epoch): void {
    if (epoch === this.#epoch && seq < this.#seq) this.#disordered.push(`${seq} after ${this.#seq}`);
    this.#epoch = epoch;
    this.#seq = seq;
  }

  /** It is told to read again, and goes on from there. */
  reset(seq: number, epoch: string | undefined, now: number): void {
    this.resets++;
    this.resetAt = now;
    this.#epoch = epoch;
    this.#seq = seq;
  }

  event(key: string, now: number): void {
    if (this.#seen.has(key)) this.#doubled.push(key);
    else this.#seen.set(key, now);
  }

  has(key: string): boolean {
    return this.#seen.has(key);
  }

  /** Has it heard of all this, or read it after a reset? */
  isComplete(acknowledged: readonly Acknowledged[]): boolean {
    return acknowledged.every((one) => this.#knows(one));
  }

  /** Milliseconds from each acknowledgement to the client's hearing of it, the longest. */
  slowest(acknowledged: readonly Acknowledged[]): number {
    return acknowledged.reduce((most, { key, at }) => Math.max(most, (this.#seen.get(key) ?? at) - at), 0);
  }

  findings(acknowledged: readonly Acknowledged[]): Findings {
    return {
      lost: acknowledged.filter((one) => !this.#knows(one)).map(({ key }) => key),
      doubled: this.#doubled,
      disordered: this.#disordered,
    };
  }

  #knows({ key, at }: Acknowledged): boolean {
    return this.#seen.has(key) || at <= this.resetAt;
  }
}

/** Compares what is kept with what was acknowledged: each of it is there, once. */
export function checkKept(acknowledged: readonly string[], kept: readonly string[]): Findings {
  const counts = new Map<string, number>();
  for (const key of kept) counts.set(key, (counts.get(key) ?? 0) + 1);
  return {
    lost: acknowledged.filter((key) => !counts.has(key)),
    doubled: [...counts].filter(([, count]) => count > 1).map(([key]) => key),
    disordered: [],
  };
}

/** Numbers from 1 on, each once and in order: what a room's `seq` must be. */
export function checkGapless(seqs: readonly number[]): readonly string[] {
  return seqs.flatMap((seq, i) => seq === i + 1 ? [] : [`${seq} where ${i + 1} belongs`]);
}
