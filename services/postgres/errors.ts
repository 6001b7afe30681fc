import { type Problem, ProblemError } from "@/lib/protocol/problems.ts";

/** SQLSTATE and place of an error that PostgreSQL itself answered. */
export interface DatabaseError {
  /** Five characters, such as `23503`. */
  readonly code: string;
  readonly table: string | undefined;
  readonly constraint: string | undefined;
}

export const FOREIGN_KEY_VIOLATION = "23503";
export const UNIQUE_VIOLATION = "23505";
export const CHECK_VIOLATION = "23514";

const RETRY_S = 1;

/** The connection broke or could not be made, as the client noticed it. */
const CONNECTION_CODES: ReadonlySet<string> = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "ENOENT",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
  "ETIMEDOUT",
]);

/** The server ends the connection, or does not take it. */
const SERVER_CODES: ReadonlySet<string> = new Set([
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "53300", // too_many_connections
  "25P03", // idle_in_transaction_session_timeout
  "3D000", // the database is not there, as while it is restored
  "28000", // the login is refused, as while passwords are rotated
  "28P01",
]);

/** The statement lost against others; the same one may succeed in a moment. */
const CONTENTION_CODES: ReadonlySet<string> = new Set([
  "40001", // serialization_failure
  "40P01", // deadlock_detected
  "55P03", // lock_not_available
  "57014", // query_canceled: statement_timeout
]);

/** The server has no room, memory or connections left: an operator helps, and then the same statement succeeds. */
const RESOURCES_CLASS = "53";
/** Its disk does not work as it should, a full one in the wrong moment included. */
const IO_ERROR = "58030";

/** Is this the loss of the connection rather than an answer to a statement? */
export function isConnectionError(error: unknown): boolean {
  const code = databaseError(error)?.code;
  return code !== undefined &&
    (CONNECTION_CODES.has(code) || SERVER_CODES.has(code) || code.startsWith("08"));
}

/** Reads code and constraint of an error thrown by a query; undefined where it is none of PostgreSQL. */
export function databaseError(error: unknown): DatabaseError | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  const { table_name, constraint_name } = error as { table_name?: string; constraint_name?: string };
  return { code: error.code, table: table_name, constraint: constraint_name };
}

/**
 * The problem behind an error of a transaction, where it is an expected one: a `ProblemError` thrown to roll back,
 * a lost connection, contention, a full disk. Anything else is a bug: undefined, and the caller throws it on.
 */
export function problemOfError(error: unknown): Problem | undefined {
  if (error instanceof ProblemError) return error.problem;
  const code = databaseError(error)?.code;
  if (code === undefined) return undefined;
  if (isConnectionError(error)) {
    return { code: "unavailable", detail: "The database cannot be reached", retryAfter: RETRY_S };
  }
  if (code.startsWith(RESOURCES_CLASS) || code === IO_ERROR) {
    return { code: "unavailable", detail: "The database has no room", retryAfter: RETRY_S };
  }
  if (CONTENTION_CODES.has(code)) {
    return { code: "unavailable", detail: "The database is too busy with this record", retryAfter: RETRY_S };
  }
  return undefined;
}
