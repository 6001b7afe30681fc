import postgres from "postgres";
import { Slots } from "@/services/postgres/slots.ts";

/** A pool of connections; queries are tagged templates. Transactions go through `inTenant`, `inRelay`, `transaction`. */
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
  /** Most connections with a transaction; statements outside of one share one more. */
  readonly max: number;
  /** Stands in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Longest statement and wait for a lock; default STATEMENT_TIMEOUT_MS and LOCK_TIMEOUT_MS. */
  readonly patienceMs?: number;
}

const slotsOf = new WeakMap<Sql, Slots>();

/** Where the transactions of a pool run. Throws where `sql` was not made by `connectPool`. */
export function slotsOfPool(sql: Sql): Slots {
  const slots = slotsOf.get(sql);
  if (slots === undefined) throw new TypeError("A transaction needs a pool made by connectPool");
  return slots;
}

/**
 * The pool of one process. `int8` comes as a number (a value beyond the safe integers rejects the query),
 * `timestamptz` as RFC 3339 text in UTC with milliseconds, `date` as `YYYY-MM-DD`. Connects on first use.
 *
 * The library (3.4.9) does not survive the loss of a connection: a transaction that then rolls back ends the process,
 * the connection stays unusable, and a late statement may run in the transaction of somebody else. So every
 * connection here is a library pool of one, has one user at a time, and is thrown away once it was lost.
 */
export function connectPool(url: string, { max, applicationName, patienceMs }: PoolOptions): Sql {
  const open = (lost: () => void) =>
    postgres(url, {
      max: 1,
      max_lifetime: null,
      connect_timeout: CONNECT_TIMEOUT_S,
      onnotice: () => {},
      onclose: lost,
      connection: {
        application_name: applicationName,
        TimeZone: "UTC",
        DateStyle: "ISO",
        statement_timeout: patienceMs ?? STATEMENT_TIMEOUT_MS,
        lock_timeout: patienceMs ?? LOCK_TIMEOUT_MS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      },
      types: TYPES,
    }) as unknown as Sql;
  const slots = new Slots(open, max);
  const sql = statementsOf(open, (options) => slots.end(options));
  slotsOf.set(sql, slots);
  return sql;
}

/** Statements outside of transactions, on a connection that is replaced when it is lost. */
function statementsOf(open: (lost: () => void) => Sql, endSlots: Sql["end"]): Sql {
  let ended = false;
  let current = reopen();

  function reopen(): Sql {
    const sql = open(() => {
      if (sql !== current || ended) return;
      void sql.end({ timeout: 0 });
      current = reopen();
    });
    return sql;
  }

  const end: Sql["end"] = async (options) => {
    ended = true;
    await Promise.all([endSlots(options), current.end(options)]);
  };
  const noTransaction = () => {
    throw new TypeError("Use inTenant, inRelay or transaction: sql.begin does not survive a lost connection");
  };
  return new Proxy((() => {}) as unknown as Sql, {
    apply: (_target, _this, args) => Reflect.apply(current, undefined, args),
    get(_target, name) {
      if (name === "end") return end;
      if (name === "begin" || name === "reserve") return noTransaction;
      return Reflect.get(current, name);
    },
  });
}

const TYPES = {
  int8: { to: INT8, from: [INT8], serialize: (value: number | string) => String(value), parse: safeInteger },
  date: { to: DATE, from: [DATE], serialize: (value: string) => value, parse: (text: string) => text },
  timestamptz: {
    to: TIMESTAMPTZ,
    from: [TIMESTAMPTZ, TIMESTAMP],
    serialize: (value: Date | string) => typeof value === "string" ? value : value.toISOString(),
    parse: (text: string) => new Date(text).toISOString(),
  },
};

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`Cannot read the bigint ${text} as a number: it is beyond the safe integers`);
  }
  return value;
}
