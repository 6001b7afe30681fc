import type { Subscription } from "@/lib/protocol/frames.ts";
import type { LinkStatus } from "@/lib/client/link.ts";
import type { RefetchReason } from "@/lib/client/machine_types.ts";
import type { Position } from "@/lib/client/position.ts";
import type { Batch } from "@/lib/client/recent_events.ts";
import { isObject } from "@/lib/client/server_frames.ts";

/** Of the messages below; in the name of the channel and the lock, so that tabs of two builds do not mix. */
const VERSION = 1;

/** What the tabs of one person in one organisation say to each other. */
export type TabMessage = FollowerMessage | LeaderMessage;

export type FollowerMessage =
  /** A tab wants to follow, from where it stands. */
  | { readonly type: "hello"; readonly tab: string; readonly position: Position; readonly wish: Subscription }
  | { readonly type: "wish"; readonly tab: string; readonly wish: Subscription }
  | { readonly type: "bye"; readonly tab: string }
  | { readonly type: "retry" };

/** `n` counts what a leader has told in its term: a number that is left out is a message that was lost. */
interface Told {
  readonly term: number;
  readonly n: number;
}

export type LeaderMessage =
  /** Once a second and when something changes; its `n` is that of what was told last. */
  | Told & {
    readonly type: "beat";
    readonly visible: boolean;
    readonly status: LinkStatus;
    readonly position: Position;
  }
  | Told & { readonly type: "events"; readonly batch: Batch; readonly position: Position }
  | Told & { readonly type: "reset"; readonly reason: RefetchReason; readonly position: Position }
  /** `from`: behind it everything that is part of it is received; null where nothing is new to it. */
  | Told & {
    readonly type: "subscribed";
    readonly subscription: Subscription;
    readonly from: Position | null;
  }
  | Told & { readonly type: "refused"; readonly message: string; readonly subscription: Subscription }
  | Told & { readonly type: "session_ends" }
  /** The answer to one tab's hello. Its `n` is that of what was told last. */
  | Told & {
    readonly type: "welcome";
    readonly to: string;
    readonly visible: boolean;
    readonly position: Position;
    readonly status: LinkStatus;
    /** In force; null where nothing is yet. */
    readonly subscription: Subscription | null;
    /** Behind it nothing was told by this leader yet. */
    readonly from: Position;
    /** What the tab may have missed; null where nobody has it any more. */
    readonly replay: readonly Batch[] | null;
  };

export function channelName(orgId: number, userId: string): string {
  return `innstream/${VERSION}/${orgId}/${userId}`;
}

/** The channel is ours alone by its name; what is of another form is passed over. */
export function readTabMessage(value: unknown): TabMessage | undefined {
  return isObject(value) && typeof value.type === "string" ? value as unknown as TabMessage : undefined;
}

export function isOfLeader(message: TabMessage): message is LeaderMessage {
  return "term" in message;
}
