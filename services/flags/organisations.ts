import type { Sql } from "@/services/postgres/pool.ts";
import { inRelay } from "@/services/postgres/tenant.ts";

/** The ids are read again after this time. */
const ORGANISATIONS_KEPT_MS = 60_000;
/** Most organisations that are counted; a share of so many is the share of all. */
const ORGANISATIONS_READ_MAX = 100_000;

/** The ids of all organisations, and nothing else of them. */
export class OrganisationIds {
  readonly #sql: Sql;
  readonly #now: () => number;
  #reading: Promise<readonly number[]> | undefined;
  #readAt = 0;

  constructor(sql: Sql, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  /** As they were at most ORGANISATIONS_KEPT_MS ago. */
  all(): Promise<readonly number[]> {
    if (this.#reading === undefined || this.#now() - this.#readAt > ORGANISATIONS_KEPT_MS) {
      this.#readAt = this.#now();
      this.#reading = this.#read();
      this.#reading.catch(() => this.#reading = undefined);
    }
    return this.#reading;
  }

  async #read(): Promise<readonly number[]> {
    const rows = await inRelay(
      this.#sql,
      (tx) => tx<{ id: number }[]>`select id from organisations order by id limit ${ORGANISATIONS_READ_MAX}`,
    );
    return rows.map(({ id }) => id);
  }
}
