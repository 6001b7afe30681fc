/** Which of the numbered events one client has seen. */
export class Tally {
  #seen = new Uint8Array(1024);

  /** True where the event is new to this client, false where it came before. */
  saw(n: number): boolean {
    if (n >= this.#seen.length) {
      const grown = new Uint8Array(Math.max(n + 1, this.#seen.length * 2));
      grown.set(this.#seen);
      this.#seen = grown;
    }
    if (this.#seen[n] === 1) return false;
    this.#seen[n] = 1;
    return true;
  }

  has(n: number): boolean {
    return this.#seen[n] === 1;
  }

  /** How many of these it has not seen. */
  missing(published: readonly number[]): number {
    return published.reduce((sum, n) => sum + (this.has(n) ? 0 : 1), 0);
  }
}
