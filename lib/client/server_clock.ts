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

  /** Milliseconds between a time of the server and `now`; null where it is no time. */
  since(at: string, now: number): number | null {
    const time = Date.parse(at);
    if (Number.isNaN(time)) return null;
    const skew = Number.isFinite(this.#offset) && Math.abs(this.#offset) >= SKEW_MS_MIN ? this.#offset : 0;
    return Math.max(0, now - time - skew);
  }
}
