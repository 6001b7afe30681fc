/** A socket is not sent to while more than this waits in it. */
export const BUFFERED_BYTES_HIGH = 64 * 1024;
/** Bytes that may wait in all sockets of the process together. */
export const BUFFERED_BYTES_BUDGET = 256 * 1024 ** 2;
/** Deno pings a silent peer at half of this and closes with 1001 at its end. */
export const IDLE_TIMEOUT_S = 30;
