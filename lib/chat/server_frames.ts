import { CHAT_ERRORS, type ChatErrorCode, type ChatRefused } from "@/lib/chat/errors.ts";
import type { ChatMessage, PresenceStatus, Present, RoomRights } from "@/lib/chat/message.ts";

export interface JoinedFrame {
  readonly type: "joined";
  readonly roomId: string;
  readonly name: string;
  readonly propertyId: number | null;
  /** Of the last message. */
  readonly seq: number;
  /** Of the last change: the next frame of type `chat` has the one after it. */
  readonly rev: number;
  /** In order of `seq`: the last ones, or what has changed since `afterRev` or `afterSeq`. */
  readonly history: readonly ChatMessage[];
  /** Are there older ones than the first of `history`? Says nothing where a client goes on. */
  readonly more: boolean;
  /** `history` is the last ones, although the client asked to go on: what it had may be out of date. */
  readonly reset?: true;
  readonly online: readonly Present[];
  /** How far each person has read, at most RECEIPTS_MAX of them, who read last first. */
  readonly receipts: Readonly<Record<string, number>>;
  readonly delivered: Readonly<Record<string, number>>;
  readonly unread: number;
  readonly mentions: number;
  readonly readUpTo: number;
  readonly may: RoomRights;
}

/** A message said, edited or deleted. `prevRev`: the revision before it that was told, where it is not the one below. */
export type MessageFrame = { readonly type: "chat"; readonly prevRev?: number } & ChatMessage;

/** `seq`, `rev`, `id` are those of the message, also where it was there already. */
export interface AckFrame {
  readonly type: "ack";
  readonly roomId: string;
  readonly clientMsgId?: string;
  readonly id: number;
  readonly seq: number;
  readonly rev: number;
}

export interface TypingFrame {
  readonly type: "typing";
  readonly roomId: string;
  /** Everybody who types, at most TYPING_NAMED_MAX of them: replaces what was said before. */
  readonly users: readonly { readonly userId: string; readonly userName: string }[];
  /** How many type, those in `users` included. */
  readonly count: number;
}

export interface PresenceFrame {
  readonly type: "presence";
  readonly roomId: string;
  /** Those whose status has changed. `offline` is not in the room any more. */
  readonly users: Readonly<Record<string, PresenceStatus>>;
  /** The names of those among them who were not there before. */
  readonly names: Readonly<Record<string, string>>;
}

export interface ReadFrame {
  readonly type: "read";
  readonly roomId: string;
  /** How far those who got ahead have read. */
  readonly receipts: Readonly<Record<string, number>>;
  readonly delivered: Readonly<Record<string, number>>;
}

export interface ChatErrorFrame {
  readonly type: "error";
  /** May be one that a client does not know yet. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly roomId?: string;
  readonly clientMsgId?: string;
  readonly retryAfterMs?: number;
}

/** Any frame from the server. */
export type ChatServerFrame =
  | JoinedFrame
  | MessageFrame
  | AckFrame
  | TypingFrame
  | PresenceFrame
  | ReadFrame
  | ChatErrorFrame
  /** The room is left, by this client, or because this person is not in it any more. */
  | { readonly type: "left"; readonly roomId: string }
  /** Of a room that is not joined, to who watches: its latest message. */
  | { readonly type: "activity"; readonly message: ChatMessage }
  /** How far this person has read a room that is not joined here, on another device. */
  | { readonly type: "position"; readonly roomId: string; readonly readUpTo: number }
  /** Which rooms there are for this person, or what they are called, has changed: ask for them again. */
  | { readonly type: "rooms" }
  | { readonly type: "renewed"; readonly expiresAt: string }
  | { readonly type: "ping" };

/** What frames of all kinds are written with: they are encoded once, and sent to many. */
export function chatFrame(frame: Exclude<ChatServerFrame, ChatErrorFrame>): string {
  return JSON.stringify(frame);
}

/** `{"type":"error",...}`, with the room and the message that it is about. */
export function chatErrorFrame(
  code: ChatErrorCode,
  about: { detail?: string; roomId?: string; clientMsgId?: string; retryAfterMs?: number } = {},
): string {
  const { message, retryable } = CHAT_ERRORS[code];
  const { detail, ...rest } = about;
  return JSON.stringify({
    type: "error",
    code,
    message: detail === undefined ? message : `${message}: ${detail}`,
    retryable,
    ...rest,
  });
}

export function refusedFrame(
  { error, detail, retryAfterMs }: ChatRefused,
  about: { roomId?: string; clientMsgId?: string } = {},
): string {
  return chatErrorFrame(error, { detail, ...about, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}
