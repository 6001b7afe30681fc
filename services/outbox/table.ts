import type { Sql } from "postgres";
import { inRelay } from "@/services/postgres/tenant.ts";
import type { OutboxRow, OutboxTable, PublishedRow } from "@/services/outbox/relay.ts";

/** Rows deleted in one statement. */
const FORGET_ROWS_MAX = 5_000;

/** The outbox of all organisations, under the one role that may see it whole. */
export class PostgresOutbox implements OutboxTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async mark(rows: readonly PublishedRow[]): Promise<void> {
    const ids = rows.map((row) => row.id);
    const seqs = rows.map((row) => row.seq);
    await inRelay(this.#sql, (tx) =>
      tx`
        update outbox set seq = marked.seq, published_at = now()
        from unnest(${ids}::uuid[], ${seqs}::bigint[]) as marked (id, seq)
        where outbox.id = marked.id and outbox.seq is null`);
  }

  async sweep(
    ageMs: number,
    max: number,
    publish: (row: OutboxRow) => Promise<PublishedRow>,
  ): Promise<number> {
    return await inRelay(this.#sql, async (tx) => {
      const rows = await tx<OutboxRow[]>`
        select id, subject, payload::text as payload from outbox
        where seq is null and created_at < now() - ${ageMs} * interval '1 millisecond'
        order by created_at, id limit ${max} for update skip locked`;
      const outcomes = await Promise.allSettled(rows.map(publish));
      const published = outcomes.flatMap((outcome) => outcome.status === "fulfilled" ? [outcome.value] : []);
      if (published.length > 0) {
        await tx`
          update outbox set seq = marked.seq, published_at = now()
          from unnest(${published.map((row) => row.id)}::uuid[], ${published.map((row) => row.seq)}::bigint[])
            as marked (id, seq)
          where outbox.id = marked.id`;
      }
      const failure = outcomes.find((outcome) => outcome.status === "rejected");
      if (failure !== undefined && published.length === 0) throw failure.reason;
      return published.length;
    });
  }

  async forget(hours: number): Promise<void> {
    while (await this.#forgetSome(hours) === FORGET_ROWS_MAX);
  }

  async #forgetSome(hours: number): Promise<number> {
    const { count } = await inRelay(this.#sql, (tx) =>
      tx`
        delete from outbox where id in (
          select id from outbox where published_at < now() - ${hours} * interval '1 hour' limit ${FORGET_ROWS_MAX})`);
    return count;
  }

  async waiting(): Promise<{ rows: number; oldestMs: number }> {
    const [row] = await inRelay(this.#sql, (tx) =>
      tx<{ rows: number; oldest_ms: number }[]>`
        select count(*)::int as rows,
          coalesce(extract(epoch from now() - min(created_at)) * 1000, 0)::float8 as oldest_ms
        from outbox where seq is null`);
    return { rows: row?.rows ?? 0, oldestMs: row?.oldest_ms ?? 0 };
  }
}
