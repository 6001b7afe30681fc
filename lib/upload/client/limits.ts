/** Files of one person that are sent at once; the others wait for their turn. */
export const UPLOADS_AT_ONCE = 3;
/** A socket that has not opened by then never will. */
export const OPEN_MS = 15_000;
/** From the handshake to `ready`. */
export const READY_MS = 15_000;
/** With chunks under way and no word from the server for so long, the connection is given up: going on costs little. */
export const STALL_MS = 30_000;
/** From the last chunk to `complete`: the server may have to read the whole file once more. */
export const FINISH_MS = 60_000;
/** A connection that lived this long was a good one. */
export const STABLE_MS = 10_000;
/** Longest wait for a new token. */
export const RENEW_MS = 10_000;
/** Longest wait for `cancelled`; then the upload is removed by REST. */
export const CANCEL_MS = 5_000;
/** How long the machine waits for what. */
export const TIMER_MS = {
  open: OPEN_MS,
  ready: READY_MS,
  stall: STALL_MS,
  finish: FINISH_MS,
  stable: STABLE_MS,
  renew: RENEW_MS,
  cancel: CANCEL_MS,
} as const;
/** Upgrades that fail in a row before a new token is tried: a socket does not tell that the old one was refused. */
export const UPGRADES_BEFORE_RENEWAL = 2;
/** Refusals in a row, with nothing acknowledged between them, after which the person is told. */
export const REFUSALS_MAX = 3;
