import type { Credential } from "@/lib/client/machine_types.ts";
import type { ChatServerFrame } from "@/lib/chat/server_frames.ts";
import type { ChatState } from "@/lib/chat/client/chat_types.ts";

export type ConnectionTimer = "open" | "retry" | "stable" | "watchdog" | "renew";

/** What happens to a chat connection. */
export type ConnectionInput =
  | { readonly type: "start"; readonly online: boolean }
  | { readonly type: "stop" }
  | { readonly type: "opened" }
  | { readonly type: "frame"; readonly text: string }
  | { readonly type: "closed"; readonly code: number }
  | { readonly type: "timer"; readonly timer: ConnectionTimer }
  | { readonly type: "online" }
  | { readonly type: "offline" }
  /** The page came back into sight, the device may have slept. */
  | { readonly type: "woke" }
  /** The owner waited for something that did not come: the connection is no good. */
  | { readonly type: "overdue" }
  /** The answer to `token_needed`; null: the cookie alone was renewed. */
  | { readonly type: "renewed"; readonly credential: Credential | null }
  | { readonly type: "renewal_failed" }
  | { readonly type: "session_ended" };

/** What is to be done about it, in order. */
export type ConnectionCommand =
  | { readonly type: "open" }
  | { readonly type: "send"; readonly text: string }
  /** Let the socket go and listen to it no longer. */
  | { readonly type: "drop" }
  | { readonly type: "schedule"; readonly timer: ConnectionTimer; readonly ms: number }
  | { readonly type: "unschedule"; readonly timer: ConnectionTimer }
  | { readonly type: "token_needed" }
  | ConnectionNotice;

/** What concerns the owner. */
export type ConnectionNotice =
  /** Rooms can be joined. */
  | { readonly type: "live" }
  | { readonly type: "frame"; readonly frame: ChatServerFrame }
  /** Whatever was joined or under way is not any more. `isRefused`: something that was sent was not understood. */
  | { readonly type: "lost"; readonly isRefused: boolean };

export interface ConnectionStatus {
  readonly state: ChatState;
  /** Unix milliseconds; null: no attempt is waited for. */
  readonly retryAt: number | null;
}
