import { isConnectionError } from "@/services/postgres/errors.ts";
import { CONNECT_TIMEOUT_S, slotsOfPool, type Sql, type Transaction } from "@/services/postgres/pool.ts";
import { connectionError, type Slot } from "@/services/postgres/slots.ts";

/** Longest wait for a transaction to begin: a little more than for the connection. */
const BEGIN_MS = (CONNECT_TIMEOUT_S + 1) * 1000;

export interface TransactionOptions {
  readonly readOnly?: boolean;
  /** Shall all its statements see the rows as the first one did? Else each sees what is committed before it. */
  readonly snapshot?: boolean;
  /** Its statement is sent at once, so it stands before the first of the work without a round trip of its own. */
  readonly prepare?: (tx: Transaction) => Promise<unknown>;
}

/**
 * Runs `work` in a transaction and commits; what it throws rolls back and is thrown on. Where the connection is lost
 * the promise rejects, and what `work` still sends is refused. A connection found dead before the transaction began is
 * replaced without anybody noticing; lost during the commit, the outcome is not known.
 */
export async function transaction<T>(
  sql: Sql,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const slots = slotsOfPool(sql);
  for (;;) {
    const outcome = await slots.use((slot) => attempt(slot, work, options));
    // Each round gives up a connection that was used before, so there are at most as many as connections.
    if (outcome !== undefined) return outcome.value;
  }
}

/** undefined: the connection was of no use any more, and nothing has run. */
async function attempt<T>(
  slot: Slot,
  work: (tx: Transaction) => Promise<T>,
  { readOnly = false, snapshot = false, prepare }: TransactionOptions,
): Promise<{ value: T } | undefined> {
  const lost = slot.untilLost();
  const old = slot.used;
  let began = false;
  const timer = setTimeout(
    () => slot.lose(connectionError("CONNECT_TIMEOUT", "The database did not answer")),
    BEGIN_MS,
  );
  const mode = `isolation level ${snapshot ? "repeatable read" : "read committed"} read ${
    readOnly ? "only" : "write"
  }`;
  const run = slot.sql.begin(mode, async (raw) => {
    clearTimeout(timer);
    began = true;
    slot.used = true;
    let over = false;
    const tx = guarded(raw, () => slot.lost ?? (over ? new Error("The transaction is over") : undefined));
    try {
      const [, value] = await Promise.all([prepare?.(tx), work(tx)]);
      if (slot.lost) throw slot.lost;
      return { value };
    } catch (error) {
      if (isConnectionError(error)) slot.lose(error as Error);
      // To return is to commit, to throw is to roll back: without the connection the library must try neither.
      if (slot.lost) await new Promise(() => {});
      throw error;
    } finally {
      over = true;
    }
  }) as Promise<{ value: T }>;
  run.catch(() => {});
  try {
    return await Promise.race([run, lost]);
  } catch (error) {
    if (isConnectionError(error)) slot.lose(error as Error);
    if (slot.lost && old && !began) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The transaction's connection, which sends nothing more once there is a reason not to. */
function guarded(tx: Transaction, refusal: () => Error | undefined): Transaction {
  const check = () => {
    const reason = refusal();
    if (reason) throw reason;
  };
  return new Proxy(tx, {
    apply(target, _this, args) {
      check();
      return Reflect.apply(target, undefined, args);
    },
    get(target, name) {
      check();
      return Reflect.get(target, name);
    },
  });
}
