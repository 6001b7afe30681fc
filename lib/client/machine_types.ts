import type { ResetReason, Subscription } from "@/lib/protocol/frames.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { Dedup } from "@/lib/client/dedup.ts";
import type { Position } from "@/lib/client/position.ts";
import type { ClientEvent } from "@/lib/client/server_frames.ts";

export interface MachineOptions {
  readonly orgId: number;
  readonly subscription: Subscription;
  /** Where the snapshots that the owner has already were read; without it the first ack asks for them. */
  readonly position?: Position;
  /** May be shared by the connections of one page. */
  readonly dedup?: Dedup;
  /** Can the owner get events by long polls? Then a connection that is of no use is parked. */
  readonly parks?: boolean;
  /** Can the owner get a new token? Without it the end of the token is the end of the connection. */
  readonly renews?: boolean;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

/** The clocks of a connection; each can run once at a time. */
export type Timer = "open" | "ack" | "retry" | "stable" | "watchdog" | "renew";

/** What happens to a connection. */
export type Input =
  /**
   * Also out of `parked`; with a position where somebody else has come further meanwhile. `ahead`: seqs up to which services
   * were followed beyond it; more may have come since then than anybody remembers by its id.
   */
  | {
    readonly type: "start";
    readonly online: boolean;
    readonly position?: Position;
    readonly ahead?: ReadonlyMap<Service, number>;
  }
  | { readonly type: "stop" }
  | { readonly type: "opened" }
  | { readonly type: "frame"; readonly text: string }
  | { readonly type: "closed"; readonly code: number }
  | { readonly type: "timer"; readonly timer: Timer }
  | { readonly type: "online" }
  | { readonly type: "offline" }
  /** The person does not want to wait. */
  | { readonly type: "retry" }
  /** The page came back into sight, the device may have slept. */
  | { readonly type: "woke" }
  | { readonly type: "subscribe"; readonly subscription: Subscription }
  /** The answer to `token_needed`: what an auth frame carries, or null where the cookie alone was renewed. */
  | { readonly type: "renewed"; readonly credential: Credential | null }
  /** Nobody could be asked for a new token. */
  | { readonly type: "renewal_failed" }
  /** The answer to `check_session` or `token_needed`: the person is not signed in any more. */
  | { readonly type: "session_ended" }
  /** The answer to `check_session`: streaming is switched off. */
  | { readonly type: "switched_off" };

/** What stands for the person in an auth frame. */
export type Credential = { readonly token: string } | { readonly ticket: string };

/** Why a connection waits for its owner: streaming is switched off, or upgrades do not get through. */
export type ParkReason = "switched_off" | "upgrades_failed";

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
  /** What the server sends from now on. */
  | { readonly type: "subscribed"; readonly subscription: Subscription }
  /** It tries no more until it is started again: events are to be had by long polls, after the wait that the server asked for. */
  | { readonly type: "parked"; readonly reason: ParkReason; readonly waitMs: number }
  /** An upgrade failed, and a browser does not tell why: find out whether the person is still signed in, and may stream. */
  | { readonly type: "check_session" }
  /** The token ends within a minute, or has ended: get another one. */
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
  /** Length of the text that the events came in. */
  readonly chars: number;
}

/**
 * How the connection is. connecting: for the first time. catching_up: lost a moment ago, coming back. offline: the
 * device is, or several attempts have failed. parked: it waits to be started again. signed_out and stopped: it will not try
 * again at all.
 */
export type ConnectionState =
  | "connecting"
  | "live"
  | "catching_up"
  | "offline"
  | "parked"
  | "signed_out"
  | "stopped";

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
