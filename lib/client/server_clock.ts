/** A smaller difference between two clocks cannot be told from the time a frame was on its way. */
const SKEW_MS_MIN = 1_000;

/** Estimates how far the server's clock is from ours, from the times that frames carry. */
export class ServerClock {
  /** Ours minus the server's at the fastest frame so far. */
  #offset = Infinity;

  heard(timestamp: string, now: number): void {
    const time = Date.parse(timestamp);
    if (!Number.isNaN(time)) this.#offset = Math.min(this.#offset, now - time);
  }

  /** Milliseconds from a time of the server to `now`, not below 0; null where it is no time. */
  since(at: string, now: number): number | null {
    const time = Date.parse(at);
    return Number.isNaN(time) ? null : Math.max(0, this.#read(now) - time);
  }

  /** Milliseconds from `now` to a time of the server, below 0 where it has passed; Infinity where it is no time. */
  until(at: string, now: number): number {
    const time = Date.parse(at);
    return Number.isNaN(time) ? Infinity : time - this.#read(now);
  }

  /** What the server's clock shows at `now`. */
  #read(now: number): number {
    return Number.isFinite(this.#offset) && Math.abs(this.#offset) >= SKEW_MS_MIN ? now - this.#offset : now;
  }
}
