import type { Sql, Transaction } from "@/services/postgres/pool.ts";
import { transaction, type TransactionOptions } from "@/services/postgres/transaction.ts";

export interface TenantOptions extends Pick<TransactionOptions, "readOnly" | "snapshot"> {
  /** Longest statement, where it is to be shorter than the pool's. */
  readonly statementMs?: number | undefined;
}

/**
 * Runs `work` in a transaction that sees and writes the rows of one organisation only. The setting ends with the
 * transaction, so a pooled connection carries nothing over. What `work` throws rolls back and is thrown on.
 */
export function inTenant<T>(
  sql: Sql,
  orgId: number,
  work: (tx: Transaction) => Promise<T>,
  { statementMs, ...options }: TenantOptions = {},
): Promise<T> {
  const prepare = (tx: Transaction) => {
    const patience = statementMs === undefined
      ? tx``
      : tx`, set_config('statement_timeout', ${String(statementMs)}, true)`;
    return tx`select set_config('app.org', ${String(orgId)}, true)${patience}`.execute();
  };
  return transaction(sql, work, { ...options, prepare });
}

/**
 * Runs `work` as the relay, which sees the outbox and the idempotency keys of all organisations, of their properties,
 * metrics and reports which there are and until when they hold, and nothing else.
 */
export function inRelay<T>(sql: Sql, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return transaction(sql, work, { prepare: (tx) => tx`set local role innstream_relay`.execute() });
}
