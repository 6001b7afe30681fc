import postgres from "postgres";

/** A pool of connections; queries are tagged templates. */
export type Sql = postgres.Sql;
/** The one connection of a transaction in progress. */
export type Transaction = postgres.TransactionSql;

export const CONNECT_TIMEOUT_S = 5;
/** A statement that runs longer is cancelled by the server (57014). */
export const STATEMENT_TIMEOUT_MS = 10_000;
/** A statement that waits longer for a row or table lock gives up (55P03). */
export const LOCK_TIMEOUT_MS = 5_000;
/** A transaction left open without a statement for longer loses its connection. */
export const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;

const INT8 = 20;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

export interface PoolOptions {
  /** Most connections of this process. */
  readonly max: number;
  /** Stands in `pg_stat_activity`. */
  readonly applicationName: string;
}

/**
 * The pool of one process. `int8` comes as a number (a value beyond the safe integers rejects the query),
 * `timestamptz` as RFC 3339 text in UTC with milliseconds, `date` as `YYYY-MM-DD`. Connects on first use.
 */
export function connectPool(url: string, { max, applicationName }: PoolOptions): Sql {
  return postgres(url, {
    max,
    connect_timeout: CONNECT_TIMEOUT_S,
    onnotice: () => {},
    connection: {
      application_name: applicationName,
      TimeZone: "UTC",
      DateStyle: "ISO",
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    },
    types: {
      int8: {
        to: INT8,
        from: [INT8],
        serialize: (value: number | string) => String(value),
        parse: safeInteger,
      },
      date: { to: DATE, from: [DATE], serialize: (value: string) => value, parse: (text: string) => text },
      timestamptz: {
        to: TIMESTAMPTZ,
        from: [TIMESTAMPTZ, TIMESTAMP],
        serialize: (value: Date | string) => typeof value === "string" ? value : value.toISOString(),
        parse: (text: string) => new Date(text).toISOString(),
      },
    },
  }) as unknown as Sql;
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`Cannot read the bigint ${text} as a number: it is beyond the safe integers`);
  }
  return value;
}
