import { ProblemError } from "@/lib/protocol/problems.ts";
import type { Sql, Transaction } from "@/services/postgres/pool.ts";

/** Transactions running or waiting for a connection of one pool; one more is answered `unavailable`. */
export const TRANSACTIONS_PENDING_MAX = 1000;
const BUSY_RETRY_S = 1;

const pending = new WeakMap<Sql, number>();

/**
 * Runs `work` in a transaction that sees and writes the rows of one organisation only. The setting ends with the
 * transaction, so a pooled connection carries nothing over. What `work` throws rolls back and is thrown on.
 */
export function inTenant<T>(
  sql: Sql,
  orgId: number,
  work: (tx: Transaction) => Promise<T>,
  { readOnly = false }: { readOnly?: boolean } = {},
): Promise<T> {
  return transaction(sql, readOnly ? "read only" : "read write", work, (tx) => {
    return tx`select set_config('app.org', ${String(orgId)}, true)`.execute();
  });
}

/** Runs `work` as the relay, which sees the outbox and the idempotency keys of all organisations and nothing else. */
export function inRelay<T>(sql: Sql, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return transaction(sql, "read write", work, (tx) => tx`set local role innstream_relay`.execute());
}

/** `prepare` is sent at once, so it stands before the first statement of `work` without a round trip of its own. */
async function transaction<T>(
  sql: Sql,
  mode: string,
  work: (tx: Transaction) => Promise<T>,
  prepare: (tx: Transaction) => Promise<unknown>,
): Promise<T> {
  const running = pending.get(sql) ?? 0;
  if (running >= TRANSACTIONS_PENDING_MAX) {
    const detail = `${running} transactions are waiting for the database already`;
    throw new ProblemError({ code: "unavailable", detail, retryAfter: BUSY_RETRY_S });
  }
  pending.set(sql, running + 1);
  try {
    const result = await sql.begin(mode, async (tx) => {
      const [, value] = await Promise.all([prepare(tx), work(tx)]);
      return { value };
    });
    return result.value as T;
  } finally {
    pending.set(sql, (pending.get(sql) ?? 1) - 1);
  }
}
