import { type Service, SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { isObject } from "@/lib/client/server_frames.ts";

/** What `GET /feature-flags` says for the caller's organisation, as far as a client needs it. */
export interface ClientFlags {
  /** May events come over the stream? */
  readonly streaming: boolean;
  /** Services whose long poll is switched on. */
  readonly longPoll: readonly Service[];
  /** Until the token ends that asked; left out where that is not known. */
  readonly expiresInMs?: number;
}

/** Reads an answer of `GET /feature-flags`; null where it is none. */
export function readFlags(value: unknown): ClientFlags | null {
  if (!isObject(value) || typeof value.streaming !== "boolean") return null;
  const on = isObject(value.longPoll) ? value.longPoll : {};
  return {
    streaming: value.streaming,
    longPoll: SERVICE_NAMES.filter((name) => on[name] !== false),
    ...(typeof value.expiresInMs === "number" && { expiresInMs: value.expiresInMs }),
  };
}
