import type { Principal } from "@/lib/auth/principal.ts";
import type { ChatRefused } from "@/lib/chat/errors.ts";
import type { ChatMessage, NewMessage, RoomRights } from "@/lib/chat/message.ts";
import type { RoomKind } from "@/lib/chat/room_id.ts";

/** Most messages that are kept in one transaction: it holds the room's lock for as long as these take. */
export const SENDS_PER_BATCH = 50;

/** A room as the database has it when an instance opens it. */
export interface OpenedRoom {
  readonly roomId: string;
  readonly kind: RoomKind;
  readonly name: string;
  readonly propertyId: number | null;
  readonly lastSeq: number;
  readonly lastRev: number;
  /** The last HISTORY_MESSAGES, in order of `seq`. */
  readonly history: readonly ChatMessage[];
  /** At most RECEIPTS_MAX, who has read furthest first. */
  readonly positions: readonly Position[];
}

export interface Position {
  readonly userId: string;
  readonly userName: string;
  readonly readUpTo: number;
  readonly deliveredUpTo: number;
}

/** What of a room depends on who enters it. */
export interface Entered {
  /** What retention has taken counts as read. */
  readonly readUpTo: number;
  /** Unread messages that mention this person. */
  readonly mentions: number;
  readonly may: RoomRights;
}

/** A room that is open, as the database has it later. */
export type Seen = Pick<OpenedRoom, "lastRev" | "propertyId">;

export interface TopicMembers {
  readonly name: string;
  readonly userIds: ReadonlySet<string>;
}

/** A message that is kept. `isNew` is false where it was there before: then it is the one that was there. */
export interface Kept {
  readonly message: ChatMessage;
  readonly isNew: boolean;
}

export interface Sending {
  readonly principal: Principal;
  readonly message: NewMessage;
}

/**
 * The record of what is said, in PostgreSQL. Whatever it answers as kept is committed. Whether the person may is asked
 * anew by each of them. Rejects where the database does not answer: nothing is kept then, or it is not known whether.
 */
export interface ChatRecord {
  /** Refuses with `room_not_found` whatever this person may not see. */
  enter(principal: Principal, roomId: string): Promise<Entered | ChatRefused>;
  /** For a room that somebody has entered. */
  open(orgId: number, roomId: string): Promise<OpenedRoom>;
  /** How rooms are now; those where nobody has spoken are left out. */
  heads(orgId: number, roomIds: readonly string[]): Promise<ReadonlyMap<string, Seen>>;
  /** What has changed after a revision, in order of `rev`, at most `max`. */
  changesAfter(orgId: number, roomId: string, rev: number, max: number): Promise<readonly ChatMessage[]>;
  /** What was said after a message, in order of `seq`, at most `max`. */
  messagesAfter(orgId: number, roomId: string, seq: number, max: number): Promise<readonly ChatMessage[]>;
  /** Keeps at most SENDS_PER_BATCH messages of one room in one transaction, each wholly or not; answers in their order. */
  send(orgId: number, roomId: string, sendings: readonly Sending[]): Promise<readonly (Kept | ChatRefused)[]>;
  edit(
    principal: Principal,
    edit: { roomId: string; id: number; text: string; mentions: readonly string[] },
  ): Promise<Kept | ChatRefused>;
  remove(principal: Principal, removal: { roomId: string; id: number }): Promise<Kept | ChatRefused>;
  /** The `seq` of a message; undefined where the room has none such. */
  seqOf(orgId: number, roomId: string, id: number): Promise<number | undefined>;
  /** Moves people ahead in one transaction; what is beyond the last message is cut. Answers who got ahead, and to where. */
  advance(orgId: number, roomId: string, positions: readonly Position[]): Promise<readonly Position[]>;
  /** Topics that this person is a member of, those too that their token does not cover. */
  topicsOf(principal: Principal): Promise<readonly string[]>;
  /** What a topic is called, and who is in it; undefined where there is none such. */
  membersOf(orgId: number, roomId: string): Promise<TopicMembers | undefined>;
}
