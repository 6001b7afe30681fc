/** Acknowledgements of this long are looked at. */
export const SPEED_WINDOW_MS = 10_000;
/** With less to look at nobody can say how fast it goes. */
export const SPEED_MIN_MS = 1_000;
/** Of a window of acknowledgements, so that a fast line does not fill the memory with them. */
const SAMPLE_MS = 100;

interface Sample {
  /** Unix milliseconds. */
  readonly at: number;
  readonly received: number;
}

/** How fast a file arrives, by what the server has acknowledged: what only left this device counts for nothing. */
export class Speed {
  #samples: Sample[] = [];

  /** Begins anew, as after a pause: time in which nothing could arrive says nothing about the line. */
  start(at: number, received: number): void {
    this.#samples = [{ at, received }];
  }

  stop(): void {
    this.#samples = [];
  }

  add(at: number, received: number): void {
    const before = this.#samples.at(-2);
    if (before !== undefined && at - before.at < SAMPLE_MS) this.#samples.pop();
    this.#samples.push({ at, received });
    // One older than the window stays: from it on the window is full.
    while (this.#samples.length > 2 && this.#samples[1]!.at <= at - SPEED_WINDOW_MS) this.#samples.shift();
  }

  /** Bytes in a second; null where that cannot be said. It falls while nothing arrives. */
  at(now: number): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || now - first.at < SPEED_MIN_MS) return null;
    return (last.received - first.received) * 1000 / (now - first.at);
  }
}
