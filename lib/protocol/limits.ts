/** Limits of the wire, shared by server, browser client and documentation. Where a number comes from the product text, it says so. */

/** Handshake: the first frame must arrive within this time. */
export const HANDSHAKE_MS = 10_000;
/** Keep-alive pings (product text: 30 s). */
export const PING_MS = 30_000;
/** Events of one flush are collected for this long after the leading edge (product text: 50 ms). */
export const BATCH_WINDOW_MS = 50;
/** Most events in one frame (product text: 100). */
export const BATCH_EVENTS_MAX = 100;
/** A frame is cut when its events pass this size, so that no frame overruns a socket's buffer by much. */
export const FRAME_BYTES_MAX = 32 * 1024;
/** Events kept in memory per organisation (product text: event buffer bounded, max 500). */
export const RING_EVENTS_MAX = 500;
/** Bytes of events kept in memory per organisation. */
export const RING_BYTES_MAX = 1024 * 1024;
/** Longest payload of one event as published; larger ones are kept on the dead subject. */
export const EVENT_BYTES_MAX = 48 * 1024;
/** Most events replayed to one client; beyond that it is told to refetch. */
export const CATCH_UP_EVENTS_MAX = 10_000;
/** Largest frame accepted from a client of the realtime socket. */
export const CLIENT_FRAME_BYTES_MAX = 16 * 1024;
/** Client frames accepted in one window of CLIENT_FRAMES_WINDOW_MS. */
export const CLIENT_FRAMES_MAX = 30;
export const CLIENT_FRAMES_WINDOW_MS = 10_000;
/** The client is warned this long before its token ends. */
export const EXPIRY_WARNING_MS = 60_000;
/** A long poll is answered after this time even if nothing happened (product text: every 0-25 s). */
export const POLL_WAIT_MS = 25_000;
/** Most events in one long-poll answer; the cursor in it says where to go on. */
export const POLL_EVENTS_MAX = 500;
/** A client that may not stream, or not poll, asks again after this time. */
export const SWITCHED_OFF_RETRY_S = 60;
/** Longest ticket looked at; one of a person with the most properties fits. */
export const TICKET_CHARS_MAX = 16_384;
