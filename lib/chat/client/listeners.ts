/** Tells listeners that something has changed: once for all that happens in one turn of the program. */
export class Listeners {
  readonly #listeners = new Set<() => void>();
  readonly #failed: (error: unknown) => void;
  #isWaiting = false;

  /** `failed`: a listener threw. The others are told all the same. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  add(listener: () => void): () => void {
    // The same function may listen twice.
    const own = () => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  tell(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    queueMicrotask(() => {
      this.#isWaiting = false;
      for (const listener of this.#listeners) {
        try {
          listener();
        } catch (error) {
          this.#failed(error);
        }
      }
    });
  }
}
