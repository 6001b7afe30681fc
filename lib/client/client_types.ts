import type { Subscription } from "@/lib/protocol/frames.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { Position } from "@/lib/client/position.ts";
import type { ParkReason, RefetchReason } from "@/lib/client/machine_types.ts";
import type { ClientEvent } from "@/lib/client/server_frames.ts";

/**
 * How events reach this tab, in the words of the connection pill. connecting: for the first time. catching_up: lost a
 * moment ago, coming back. polling: by long polls, every few seconds. offline: the device is, or several attempts have
 * failed. signed_out and stopped: it will not try again by itself.
 */
export type ClientState =
  | "connecting"
  | "live"
  | "catching_up"
  | "polling"
  | "offline"
  | "signed_out"
  | "stopped";

export type Transport = "websocket" | "long_poll";

/** Does this tab hold the connection, or another one of the same person? */
export type TabRole = "leader" | "follower";

export interface ClientStatus {
  readonly state: ClientState;
  /** When this state began, Unix milliseconds; 0 before the start. */
  readonly since: number;
  /** null while there is no connection. */
  readonly transport: Transport | null;
  readonly role: TabRole;
  /** The resume point. */
  readonly position: Position;
  /** When the next attempt is due, Unix milliseconds; null while there is none to wait for. */
  readonly retryAt: number | null;
  /** Why it stopped, in the server's words; null where it goes without saying. */
  readonly message: string | null;
  /** Why events come by long polls; null while they do not. */
  readonly pollReason: ParkReason | null;
  /** Services that are not followed at the moment: they are polled, and their long poll is switched off. */
  readonly off: readonly Service[];
  /** Events that this tab has handed to its page, each once. */
  readonly received: number;
  /** The event that came last: when it arrived, and how long it had been under way; null where that is not known. */
  readonly last: { readonly receivedAt: number; readonly ageMs: number | null } | null;
}

/** One event with its service. */
export interface LiveEvent extends ClientEvent {
  readonly service: Service;
  /** A resume point at or behind this event. */
  readonly seq: number;
}

/** Which events a listener wants; what is left out means any. */
export interface EventFilter {
  readonly service?: Service;
  readonly entity?: string;
  readonly action?: string;
}

/** What the person must know or do, beside the state. */
export type ClientWarning =
  | { readonly type: "session_ends"; readonly at: number }
  | { readonly type: "refused"; readonly message: string };

/** The client of one tab. Made by `createClient` in lib/client/client.ts; the hooks of lib/ui/realtime.tsx wrap it. */
export interface RealtimeClient {
  readonly status: ClientStatus;
  readonly warning: ClientWarning | null;
  /** What this tab wants to see now. */
  readonly subscription: Subscription;
  start(): void;
  stop(): void;
  /** Changes what is seen, on the connection as it stands. */
  subscribe(subscription: Subscription): void;
  /** Connects now instead of waiting. */
  retry(): void;
  dismiss(): void;
  /** Calls `listener` for every event that fits, once each, in order; what it returns ends that. */
  on(filter: EventFilter, listener: (events: readonly LiveEvent[]) => void): () => void;
  /** The owner's snapshots are out of date and must be read again. */
  onRefetch(listener: (reason: RefetchReason) => void): () => void;
  /** Status or warning has changed. */
  onStatus(listener: () => void): () => void;
}
