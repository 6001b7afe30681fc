import { IDLE_AWAY_MS } from "@/lib/chat/limits.ts";
import type { After } from "@/lib/client/timers.ts";

interface AttentionParts {
  readonly after: After;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly changed: (isAway: boolean) => void;
}

/** Is the person there? Not where the page is hidden, where nobody has touched it for long, or where they say so. */
export class Attention {
  readonly #parts: AttentionParts;
  #isVisible = true;
  #isIdle = false;
  #saysAway = false;
  #touchedAt = 0;
  #isAway = false;
  #stop: (() => void) | undefined;

  constructor(parts: AttentionParts) {
    this.#parts = parts;
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  start(isVisible: boolean): void {
    this.#isVisible = isVisible;
    this.touched();
    this.#decide();
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  visible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    if (isVisible) this.touched();
    this.#decide();
  }

  says(isAway: boolean): void {
    this.#saysAway = isAway;
    this.#decide();
  }

  /** A key, a click, a movement: they come in crowds, so no clock is started anew for them. */
  touched(): void {
    this.#touchedAt = this.#parts.now();
    this.#watch(IDLE_AWAY_MS);
    if (!this.#isIdle) return;
    this.#isIdle = false;
    this.#decide();
  }

  #watch(ms: number): void {
    this.#stop ??= this.#parts.after(ms, () => {
      this.#stop = undefined;
      const left = this.#touchedAt + IDLE_AWAY_MS - this.#parts.now();
      if (left > 0) return this.#watch(left);
      this.#isIdle = true;
      this.#decide();
    });
  }

  #decide(): void {
    const isAway = !this.#isVisible || this.#isIdle || this.#saysAway;
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    this.#parts.changed(isAway);
  }
}
