import type {
  ChatLink,
  ChatMessage,
  ChatRoom,
  PresenceStatus,
  Present,
  RoomRights,
} from "@/lib/chat/message.ts";

/** `offline`: no network, or no server; what is said is kept and goes out later. `ended`: the session is over. */
export type ChatState = "connecting" | "live" | "offline" | "ended";

/** What this person says, from the key to the ack. Kept across a reload. */
export interface Outgoing {
  readonly clientMsgId: string;
  readonly roomId: string;
  readonly text: string;
  readonly replyTo: ChatMessage | null;
  readonly link: ChatLink | null;
  readonly mentions: readonly string[];
  /** RFC 3339, of this browser. */
  readonly at: string;
  /** `waiting`: for the connection, or for the one before it. */
  readonly state: "waiting" | "sending" | "failed";
  /** Of a failed one: why, in words. */
  readonly problem: string | null;
}

export type Draft = Pick<Outgoing, "text" | "replyTo" | "link" | "mentions">;

/** An edit or a deletion that is not acknowledged yet: shown as done, taken back where it fails. */
export interface PendingChange {
  readonly id: number;
  readonly kind: "edit" | "delete";
  readonly text: string;
}

export interface ChangeRefusal {
  readonly id: number;
  readonly kind: PendingChange["kind"];
  /** Why, in words. */
  readonly problem: string;
}

/** What is to be seen of a conversation; a new object whenever anything in it has changed. */
export interface ConversationView {
  readonly roomId: string;
  /** `gone`: the room is not there for this person (any more). */
  readonly state: "opening" | "open" | "gone";
  readonly name: string;
  readonly propertyId: number | null;
  readonly may: RoomRights;
  /** In order of `seq`, without a gap. Changes that are not acknowledged yet are applied. */
  readonly messages: readonly ChatMessage[];
  readonly changing: ReadonlyMap<number, PendingChange["kind"]>;
  /** The last edit or deletion, where it was refused and taken back; null from the next one on. */
  readonly refusal: ChangeRefusal | null;
  /** In the order in which they were said; after `messages`. */
  readonly outgoing: readonly Outgoing[];
  /** `full`: as many are held as may be; what is before them is to be searched for. */
  readonly older: "none" | "some" | "loading" | "failed" | "full";
  readonly lastSeq: number;
  readonly readUpTo: number;
  /** `readUpTo` when the room was opened: where "new" begins. */
  readonly newAfter: number;
  /** Others that type. */
  readonly typing: { readonly names: readonly string[]; readonly count: number };
  readonly present: readonly Present[];
  readonly receipts: ReadonlyMap<string, number>;
  readonly delivered: ReadonlyMap<string, number>;
}

export interface ChatView {
  readonly state: ChatState;
  /** Unix milliseconds of the next attempt to connect; null: none is waited for. */
  readonly retryAt: number | null;
  /** Where something was said last first; counts are as of now. */
  readonly rooms: readonly ChatRoom[];
  readonly roomsState: "loading" | "loaded" | "failed";
  readonly hasMoreRooms: boolean;
  readonly unread: number;
  readonly mentions: number;
}

/** Chat for pages, without any framework. Every method answers at once; what comes of it is told to the listeners. */
export interface ChatLike {
  readonly view: ChatView;
  /** Called after anything in `view` has changed. Returns the way out. */
  subscribe(listener: () => void): () => void;
  start(): void;
  stop(): void;
  moreRooms(): void;
  /** Joins the room until it is left. The same room gives the same conversation. */
  conversation(roomId: string): ConversationLike;
  leave(roomId: string): void;
  /** The person says that they are away. That the page is hidden, or idle, is seen without it. */
  away(isAway: boolean): void;
  statusOf(roomId: string, userId: string): PresenceStatus;
}

export interface ConversationLike {
  readonly view: ConversationView;
  subscribe(listener: () => void): () => void;
  /** False: it is empty, or too long, or OUTGOING_MAX messages wait already; then the draft is to be kept. */
  send(draft: Draft): boolean;
  retry(clientMsgId: string): void;
  /** Forgets one that was not sent. */
  discard(clientMsgId: string): void;
  edit(id: number, text: string, mentions: readonly string[]): void;
  remove(id: number): void;
  /** A key was pressed in the draft; `false`: it is empty, or left. */
  typing(isTyping: boolean): void;
  /** Everything up to this `seq` was seen. */
  read(upTo: number): void;
  loadOlder(): void;
}
