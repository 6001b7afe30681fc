/** Organisations whose event ids are kept, the least recently used going first (product text: 3). */
export const DEDUP_ORGANISATIONS_MAX = 3;
/** Ids kept of one organisation (product text: 1000). */
export const DEDUP_IDS_MAX = 1000;

/**
 * The event ids seen lately. A publisher may send an event twice and a resume may bring one again: the second is known
 * by its id. Bounded: the least recently seen ids are forgotten first.
 */
export class Dedup {
  readonly #organisations = new Map<number, Set<string>>();

  /** Was this id seen before? From now on it was. */
  seen(orgId: number, id: string): boolean {
    const ids = this.#idsOf(orgId);
    // Deleted and added again, an id moves to the end: sets keep the order of insertion.
    const known = ids.delete(id);
    ids.add(id);
    if (ids.size > DEDUP_IDS_MAX) ids.delete(firstOf(ids)!);
    return known;
  }

  #idsOf(orgId: number): Set<string> {
    const ids = this.#organisations.get(orgId) ?? new Set();
    this.#organisations.delete(orgId);
    this.#organisations.set(orgId, ids);
    if (this.#organisations.size > DEDUP_ORGANISATIONS_MAX) {
      this.#organisations.delete(firstOf(this.#organisations.keys())!);
    }
    return ids;
  }
}

function firstOf<T>(values: Iterable<T>): T | undefined {
  for (const value of values) return value;
  return undefined;
}
