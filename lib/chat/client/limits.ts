/** Bounds of the browser client of chat. */

/** Messages of one person that wait for their ack; no more is taken then. */
export const OUTGOING_MAX = 200;
/** Messages of a room that are held; older ones are let go, and the room is as long as that. */
export const MESSAGES_HELD_MAX = 12_000;
/** So many are let go at a time. */
export const MESSAGES_LET_GO = 1_000;
/** Messages that stay of a room that is left, for who comes back to it. */
export const MESSAGES_PARKED_MAX = 200;
/** Rooms that are held. */
export const ROOMS_HELD_MAX = 20;
/** Rooms of one page of their list. */
export const ROOMS_PAGE = 50;

/** What is read is told at most once in this time, the latest only. */
export const READ_TOLD_MS = 300;
/** Likewise what has arrived and is not read. */
export const DELIVERED_TOLD_MS = 1_000;
/** Somebody who pressed no key for so long types no more. */
export const TYPING_PAUSE_MS = 4_000;
/** The list of rooms is read once there is a connection, or after this time without one. */
export const ROOMS_FIRST_MS = 1_000;
/** It is read again this long after something asked for it. */
export const ROOMS_REFRESH_MS = 500;
/** After a new connection, within this time: many come back together. */
export const ROOMS_BACK_MS = 2_000;
/** Where nothing but a mention may be missing in it, within this time. */
export const ROOMS_DOUBT_MS = 30_000;
/** It is not read more often than this. */
export const ROOMS_REFRESH_MS_MIN = 5_000;
/** What could not be kept is sent again after this time. */
export const NOT_KEPT_RETRY_MS = 2_000;
/** Longest wait that a server can ask for before the next message. */
export const RETRY_AFTER_MS_MAX = 60_000;
/** From `join` to `joined`. */
export const JOIN_WAIT_MS = 10_000;

/** A socket that has not opened by then never will. */
export const OPEN_MS = 15_000;
/** A connection that lived this long was a good one. */
export const STABLE_MS = 10_000;
/** Longest wait for a new token, and between two requests for one. */
export const RENEW_MS = 10_000;
/** Upgrades that fail in a row before a new token is tried: a socket does not tell that the old one was refused. */
export const UPGRADES_BEFORE_RENEWAL = 2;
/** Closes in a row that say that this client is not understood, before it stops. */
export const REFUSALS_MAX = 3;
