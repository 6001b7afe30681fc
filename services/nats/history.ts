import type { MsgHdrs } from "@nats-io/transport-node";

/** When a message was stored first, Unix milliseconds: on what was published a second time, to rebuild the stream. */
export const STORED_HEADER = "Innstream-Stored";
/** The id that it had: its `Nats-Msg-Id` is another one, so that the stream takes it. */
export const EVENT_HEADER = "Innstream-Event";

/**
 * Was this put back into the stream by a rebuild? Then it is told to those who ask what was, and to nobody as news:
 * everyone who may read the stream's present epoch began after it.
 */
export function isHistory(headers: MsgHdrs | undefined): boolean {
  return headers !== undefined && headers.has(STORED_HEADER);
}

/** What `decodeEvent` is told of a message besides its content, whether it was stored once or put back. */
export function identityOf(
  headers: MsgHdrs | undefined,
  storedAt: number,
): { readonly storedAt: number; readonly messageId: string | undefined } {
  const first = Number(headers?.get(STORED_HEADER) || NaN);
  return {
    storedAt: Number.isFinite(first) ? first : storedAt,
    messageId: headers?.get(EVENT_HEADER) || headers?.get("Nats-Msg-Id") || undefined,
  };
}
