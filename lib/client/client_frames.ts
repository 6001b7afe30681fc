import type { FrameErrorCode, PROTOCOL_VERSION, Subscription } from "@/lib/protocol/frames.ts";
import type { Credential } from "@/lib/client/machine_types.ts";
import type { Position } from "@/lib/client/position.ts";

/** The same constant as the server's, without the schemas that its file would bring into the browser. */
const VERSION: typeof PROTOCOL_VERSION = 1;

/** Error frames that answer a subscribe or auth frame in place of an ack. */
export const REFUSALS: ReadonlySet<string> = new Set(
  [
    "bad_frame",
    "unknown_service",
    "no_services",
    "service_forbidden",
    "property_forbidden",
    "token_invalid",
    "unavailable",
    "token_mismatch",
  ] satisfies FrameErrorCode[],
);

/** Is this a place to go on from? 0 of a known epoch is one: the place before the first event. */
export function isSomewhere({ seq, epoch }: Position): boolean {
  return epoch !== null || seq > 0;
}

export function handshakeFrame(subscription: Subscription, position: Position): string {
  const { seq, epoch } = position;
  const resume = isSomewhere(position) && { lastSeq: seq, epoch };
  return JSON.stringify({ ...wireOf(subscription), version: VERSION, ...resume });
}

export function subscribeFrame(subscription: Subscription): string {
  return JSON.stringify({ type: "subscribe", ...wireOf(subscription) });
}

export function authFrame(credential: Credential): string {
  return JSON.stringify({ type: "auth", ...credential });
}

function wireOf({ services, propertyId }: Subscription): object {
  return { services, ...(propertyId !== null && { filters: { propertyId } }) };
}
