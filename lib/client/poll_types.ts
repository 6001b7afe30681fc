import type { Subscription } from "@/lib/protocol/frames.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { Dedup } from "@/lib/client/dedup.ts";
import type { Delivery, RefetchReason } from "@/lib/client/machine_types.ts";
import type { PollAnswer } from "@/lib/client/poll_answer.ts";
import type { Position } from "@/lib/client/position.ts";

export interface PollMachineOptions {
  readonly orgId: number;
  readonly subscription: Subscription;
  /** May be shared with a connection of the same page. */
  readonly dedup?: Dedup;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

/** `pace`: the next service may be asked again. `retry`: after a failure. */
export type PollTimer = "pace" | "retry";

/** Why a poll brought nothing. */
export type PollFailure =
  | { readonly kind: "network" }
  /** The server asks to wait. */
  | { readonly kind: "busy"; readonly retryAfterMs: number }
  /** The long poll of this service is switched off. */
  | { readonly kind: "switched_off" }
  | { readonly kind: "unauthenticated" }
  | { readonly kind: "refused"; readonly message: string };

export type PollInput =
  | {
    readonly type: "start";
    readonly online: boolean;
    readonly position: Position;
    readonly waitMs?: number;
  }
  | { readonly type: "stop" }
  | {
    readonly type: "answered";
    readonly service: Service;
    readonly turn: number;
    readonly answer: PollAnswer;
  }
  | {
    readonly type: "failed";
    readonly service: Service;
    readonly turn: number;
    readonly failure: PollFailure;
  }
  | { readonly type: "timer"; readonly timer: PollTimer }
  | { readonly type: "online" }
  | { readonly type: "offline" }
  /** The person does not want to wait, or the page came back into sight. */
  | { readonly type: "retry" }
  | { readonly type: "subscribe"; readonly subscription: Subscription }
  /** The services whose long poll is switched on. */
  | { readonly type: "switched"; readonly on: readonly Service[] }
  /** The answer to `token_needed`. */
  | { readonly type: "renewed" }
  | { readonly type: "renewal_failed" }
  | { readonly type: "session_ended" };

/** One request: `GET /<base>/realtime/subscribe?lastSeq&epoch&propertyId&wait`. */
export interface Poll {
  readonly type: "poll";
  readonly service: Service;
  /** To be handed back with the answer: one of an earlier turn is of no interest any more. */
  readonly turn: number;
  readonly position: Position;
  readonly propertyId: number | null;
  readonly waitMs: number;
}

export type PollCommand =
  | Poll
  /** Forget the requests that are under way. */
  | { readonly type: "abort" }
  | { readonly type: "schedule"; readonly timer: PollTimer; readonly ms: number }
  | { readonly type: "cancel"; readonly timer: PollTimer }
  | Delivery
  | { readonly type: "refetch"; readonly reason: RefetchReason }
  | { readonly type: "subscribed"; readonly subscription: Subscription }
  | { readonly type: "refused"; readonly message: string; readonly subscription: Subscription }
  | { readonly type: "token_needed" }
  | { readonly type: "status"; readonly status: PollStatus };

/** As ConnectionState; `polling` is what `live` is there. */
export type PollState = "connecting" | "polling" | "catching_up" | "offline" | "signed_out" | "stopped";

export interface PollStatus {
  readonly state: PollState;
  readonly retryAt: number | null;
  /** Services that are not asked, since their long poll is switched off. */
  readonly off: readonly Service[];
}
