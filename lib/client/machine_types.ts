import type { ResetReason, Subscription } from "@/lib/protocol/frames.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { ClientEvent } from "@/lib/client/server_frames.ts";

/** The clocks of a connection; each can run once at a time. */
export type Timer = "open" | "ack" | "retry" | "stable" | "watchdog";

/** What happens to a connection. */
export type Input =
  | { readonly type: "start"; readonly online: boolean }
  | { readonly type: "stop" }
  | { readonly type: "opened" }
  | { readonly type: "frame"; readonly text: string }
  | { readonly type: "closed"; readonly code: number }
  | { readonly type: "timer"; readonly timer: Timer }
  | { readonly type: "online" }
  | { readonly type: "offline" }
  /** The person, or a page that came back into sight, does not want to wait. */
  | { readonly type: "retry" }
  | { readonly type: "subscribe"; readonly subscription: Subscription }
  /** A fresh token, to be sent in place. */
  | { readonly type: "token"; readonly token: string }
  /** The answer to `check_session`: the person is not signed in any more. */
  | { readonly type: "session_ended" };

/** Why an owner must read its snapshots (again): there is no position to go on from, or the old one does not count. */
export type RefetchReason = "start" | "subscription" | ResetReason;

/** What is to be done about it, in order. */
export type Command =
  /** Open a socket; one that is still there is dropped first. */
  | { readonly type: "open" }
  | { readonly type: "send"; readonly text: string }
  /** Let the socket go and listen to it no longer. */
  | { readonly type: "drop" }
  /** Start a clock, or start it again. */
  | { readonly type: "schedule"; readonly timer: Timer; readonly ms: number }
  | { readonly type: "cancel"; readonly timer: Timer }
  | Delivery
  | { readonly type: "refetch"; readonly reason: RefetchReason }
  /** Sockets do not get through: find out whether the person is still signed in. */
  | { readonly type: "check_session" }
  /** The token ends within a minute. */
  | { readonly type: "token_needed" }
  /** The server did not accept a subscription or a token; `subscription` is the one that still holds. */
  | {
    readonly type: "refused";
    readonly code: string;
    readonly message: string;
    readonly subscription: Subscription;
  }
  | { readonly type: "status"; readonly status: Status };

/** New events of one service, in order, none of them seen before. */
export interface Delivery {
  readonly type: "deliver";
  readonly service: Service;
  readonly events: readonly ClientEvent[];
  readonly seq: number;
  /** From the last event's `at` to its arrival; null where `at` is no time. */
  readonly ageMs: number | null;
}

/**
 * How the connection is. connecting: for the first time. catching_up: lost a moment ago, coming back. offline: the
 * device is, or several attempts have failed. signed_out and stopped: it will not try again by itself.
 */
export type ConnectionState = "connecting" | "live" | "catching_up" | "offline" | "signed_out" | "stopped";

export interface Status {
  readonly state: ConnectionState;
  /** When this state began, Unix milliseconds. */
  readonly since: number;
  /** The resume point. */
  readonly seq: number;
  /** When the next attempt is due; null while there is none to wait for. */
  readonly retryAt: number | null;
  /** Why it stopped, in words. */
  readonly message: string | null;
}
