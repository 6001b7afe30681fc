/** Records whose own changes are remembered; the one changed longest ago goes first. */
export const STEPS_MAX = 100;

/**
 * Versions that the person's own changes have led records from and to: whoever saw the first has made the last, and may
 * go on from there.
 */
export class OwnSteps {
  readonly #steps = new Map<number, { readonly from: number; readonly to: number }>();

  add(id: number, from: number, to: number): void {
    const before = this.#steps.get(id);
    this.#steps.delete(id);
    this.#steps.set(id, { from: before?.to === from ? before.from : from, to });
    if (this.#steps.size <= STEPS_MAX) return;
    for (const oldest of this.#steps.keys()) {
      this.#steps.delete(oldest);
      return;
    }
  }

  /** What the person has made of the version that they saw. */
  after(id: number, seen: number): number {
    const own = this.#steps.get(id);
    return own !== undefined && seen >= own.from && seen < own.to ? own.to : seen;
  }

  /** The last version that they made; undefined where they made none. */
  last(id: number): number | undefined {
    return this.#steps.get(id)?.to;
  }
}
