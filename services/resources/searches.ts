import { ProblemError } from "@/lib/protocol/problems.ts";
import { Slots } from "@/lib/realtime/slots.ts";

/** Searches of one organisation that read at once, an instance: each may read all of its records. */
export const SEARCHES_AT_ONCE = 2;
/** Searches of one organisation that wait for that; one more is told to come back. */
export const SEARCHES_WAITING_MAX = 20;
/** A search that takes longer is given up. */
export const SEARCH_MS = 3_000;
const SEARCH_RETRY_S = 1;

/** The searches of all organisations: none keeps the connections to the database from the others. */
export class Searches {
  /** Of those that have any. */
  readonly #slots = new Map<number, Slots>();

  /** Throws `unavailable` where too many of the organisation wait. */
  async run<T>(orgId: number, search: () => Promise<T>): Promise<T> {
    const slots = this.#slots.get(orgId) ?? new Slots(SEARCHES_AT_ONCE);
    this.#slots.set(orgId, slots);
    if (slots.waiting >= SEARCHES_WAITING_MAX) {
      const detail = `${SEARCHES_WAITING_MAX} searches of the organisation wait already`;
      throw new ProblemError({ code: "unavailable", detail, retryAfter: SEARCH_RETRY_S });
    }
    try {
      return await slots.run(search);
    } finally {
      if (slots.taken === 0) this.#slots.delete(orgId);
    }
  }
}
