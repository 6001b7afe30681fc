/** Records that a message may point to. */
export const LINK_ENTITIES = ["task", "guest", "room", "document"] as const;
export type LinkEntity = typeof LINK_ENTITIES[number];

export interface ChatLink {
  readonly entity: LinkEntity;
  readonly id: number;
}

/** The message that another one replies to, as it stood when that was read. */
export interface Quote {
  readonly id: number;
  readonly seq: number;
  readonly userId: string;
  readonly userName: string;
  /** At most QUOTE_CHARS_MAX characters; empty where it is deleted. */
  readonly text: string;
}

/** A message in the form that it has as of revision `rev`. */
export interface ChatMessage {
  readonly id: number;
  /** Its place in the room, from 1 and without a gap. */
  readonly seq: number;
  /** The room's revision: from 1, without a gap, one for whatever is said, edited or deleted. */
  readonly rev: number;
  readonly roomId: string;
  readonly userId: string;
  readonly userName: string;
  /** Empty where it is deleted. */
  readonly text: string;
  readonly clientMsgId: string;
  /** RFC 3339 */
  readonly at: string;
  /** RFC 3339 */
  readonly editedAt?: string;
  readonly deleted?: true;
  readonly replyTo?: Quote;
  readonly link?: ChatLink;
  /** `userId` of who is mentioned. */
  readonly mentions?: readonly string[];
}

/** What somebody wants to say. */
export interface NewMessage {
  readonly roomId: string;
  /** 1 to TEXT_CHARS_MAX characters, trimmed; may be empty with a link. */
  readonly text: string;
  readonly clientMsgId: string;
  /** `id` of a message of the same room. */
  readonly replyTo: number | null;
  readonly link: ChatLink | null;
  readonly mentions: readonly string[];
}

/** How somebody is there. `unknown`: what their instance says does not arrive. */
export type PresenceStatus = "online" | "away" | "offline" | "unknown";

export interface Present {
  readonly userId: string;
  readonly userName: string;
  readonly status: Exclude<PresenceStatus, "offline">;
}

/** A room as its list shows it to one person. */
export interface ChatRoom {
  readonly roomId: string;
  readonly kind: "property" | "room" | "topic";
  readonly name: string;
  /** null: of the whole organisation. */
  readonly propertyId: number | null;
  readonly version: number;
  readonly lastSeq: number;
  readonly lastRev: number;
  /** RFC 3339; null: nobody has said anything yet. */
  readonly lastAt: string | null;
  readonly lastMessage: ChatMessage | null;
  /** Messages after `readUpTo`. */
  readonly unread: number;
  /** Those of them that mention this person. */
  readonly mentions: number;
  readonly readUpTo: number;
  /** People that are in the room now, as far as this instance knows. */
  readonly online: number;
  readonly may: RoomRights;
}

export interface RoomRights {
  /** Delete what others said. */
  readonly moderate: boolean;
  /** Rename a topic, and say who is in it. */
  readonly manage: boolean;
}
