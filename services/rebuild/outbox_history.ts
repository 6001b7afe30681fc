import { inRelay } from "@/services/postgres/tenant.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import type { Placed } from "@/services/rebuild/old_order.ts";

/** Rows read at once. */
const ROWS_MAX = 500;
/** What a message takes in the stream besides subject and payload: its headers and its place. */
export const MESSAGE_BYTES = 250;
const RELAYED = "evt.%";

/** An event that was published and is still in the outbox. */
export interface OldEvent extends Placed {
  readonly id: string;
  readonly subject: string;
  /** JSON text. */
  readonly payload: string;
  /** As PostgreSQL writes it, to the microsecond. */
  readonly published: string;
}

export interface Totals {
  readonly rows: number;
  readonly bytes: number;
  /** Rows that nobody has published so far. */
  readonly waiting: number;
}

/** The published events of the outbox, and where they are in the stream. */
export class OutboxHistory {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Of what was published after `since`. */
  async totals(since: Date): Promise<Totals> {
    const [totals] = await inRelay(this.#sql, (tx) =>
      tx<Totals[]>`
        select count(*) filter (where published_at > ${since})::int as rows,
          coalesce(sum(octet_length(subject) + octet_length(payload) + ${MESSAGE_BYTES}::int)
            filter (where published_at > ${since}), 0)::float8 as bytes,
          count(*) filter (where seq is null)::int as waiting
        from outbox where subject like ${RELAYED}`);
    return totals ?? { rows: 0, bytes: 0, waiting: 0 };
  }

  /** The moment since when what was published takes no more than so many bytes; `since` where all of it does. */
  async sinceForBytes(since: Date, bytes: number): Promise<Date> {
    const [row] = await inRelay(this.#sql, (tx) =>
      tx<{ at: string | null }[]>`
        select max(published_at) as at from (
          select published_at, sum(octet_length(subject) + octet_length(payload) + ${MESSAGE_BYTES}::int)
            over (order by published_at desc, id desc) as total
          from outbox where subject like ${RELAYED} and published_at > ${since}) as newest
        where total > ${Math.floor(bytes)}::float8`);
    // To the millisecond: what was published within that one is left out as well.
    return row?.at ? new Date(Date.parse(row.at) + 1) : since;
  }

  /** What was published after `since`, by the time of its mark. */
  async *since(since: Date): AsyncGenerator<OldEvent> {
    let after = { published: since.toISOString(), id: "00000000-0000-0000-0000-000000000000" };
    for (;;) {
      const rows = await inRelay(this.#sql, (tx) =>
        tx<OldEvent[]>`
          select id, subject, payload::text as payload, seq, published_at::text as published,
            (extract(epoch from published_at) * 1000)::float8 as "publishedMs"
          from outbox
          where seq is not null and subject like ${RELAYED}
            and (published_at, id) > (${after.published}::timestamptz, ${after.id}::uuid)
          order by published_at, id limit ${ROWS_MAX}`);
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_MAX) return;
      after = last;
    }
  }

  /** Writes the positions of now; also of rows that had been published and not marked. Answers how many were others. */
  async place(placed: readonly { readonly id: string; readonly seq: number }[]): Promise<number> {
    const { count } = await inRelay(this.#sql, (tx) =>
      tx`
        update outbox set seq = placed.seq, published_at = coalesce(published_at, now())
        from unnest(${placed.map(({ id }) => id)}::uuid[], ${placed.map(({ seq }) => seq)}::bigint[])
          as placed (id, seq)
        where outbox.id = placed.id and outbox.seq is distinct from placed.seq`);
    return count;
  }
}
