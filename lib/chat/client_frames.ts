import * as v from "valibot";
import { ID, type JsonSchema, TEXT } from "@/lib/contracts/json_schema.ts";
import { EITHER_CREDENTIAL } from "@/lib/contracts/credential.ts";
import { wire } from "@/lib/contracts/wire.ts";
import type { ChatRefused } from "@/lib/chat/errors.ts";
import {
  CHAT_FRAME_CHARS_MAX,
  CLIENT_MSG_ID_CHARS_MAX,
  MENTIONS_MAX,
  TEXT_CHARS_MAX,
} from "@/lib/chat/limits.ts";
import { type ChatLink, LINK_ENTITIES } from "@/lib/chat/message.ts";
import { parseRoomId, ROOM_ID } from "@/lib/chat/room_id.ts";
import { TICKET_CHARS_MAX } from "@/lib/protocol/limits.ts";
import { isId } from "@/lib/protocol/subjects.ts";

/** Where a client that was in the room goes on: what it has. */
export interface Since {
  readonly afterSeq: number | null;
  readonly afterRev: number | null;
}

/** The first frame of a chat socket. */
export interface ChatHandshake extends Since {
  /** The first room to join; null: only watches. */
  readonly roomId: string | null;
  /** The token's own. */
  readonly userId: string;
  /** Tell what happens in rooms that are not joined. */
  readonly watch: boolean;
}

/** `roomId` null: the room of the handshake. */
export type ChatClientFrame =
  | {
    readonly type: "chat";
    readonly roomId: string | null;
    readonly text: string;
    /** null: the server makes one. */
    readonly clientMsgId: string | null;
    readonly replyTo: number | null;
    readonly link: ChatLink | null;
    readonly mentions: readonly string[];
  }
  | {
    readonly type: "edit";
    readonly roomId: string | null;
    readonly id: number;
    readonly text: string;
    readonly mentions: readonly string[];
    readonly clientMsgId: string | null;
  }
  | {
    readonly type: "delete";
    readonly roomId: string | null;
    readonly id: number;
    readonly clientMsgId: string | null;
  }
  | { readonly type: "typing"; readonly roomId: string | null; readonly typing: boolean }
  | { readonly type: "read"; readonly roomId: string | null; readonly upTo: number }
  /** The product text's form of `read`: up to and with this message. */
  | { readonly type: "read_message"; readonly roomId: string | null; readonly messageId: number }
  | { readonly type: "delivered"; readonly roomId: string | null; readonly upTo: number }
  | { readonly type: "presence"; readonly status: "online" | "away" }
  | ({ readonly type: "join"; readonly roomId: string } & Since)
  | { readonly type: "leave"; readonly roomId: string }
  | { readonly type: "auth"; readonly token: string }
  | { readonly type: "auth"; readonly ticket: string };

const TOKEN_CHARS_MAX = 8192;
const USER_ID_CHARS_MAX = 128;

const Id = v.pipe(v.custom<number>(isId, "must be a positive integer"), wire(ID));
const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const RoomId = v.pipe(
  v.custom<string>((value) => parseRoomId(value) !== undefined, "must be the id of a room"),
  wire({ type: "string", pattern: ROOM_ID.source }),
);
const UserId = v.pipe(v.string(), v.minLength(1), v.maxLength(USER_ID_CHARS_MAX));
const ClientMsgId = v.nullish(
  v.pipe(
    v.string(),
    v.regex(/^[\x21-\x7e]+$/, "must be visible ASCII"),
    v.maxLength(CLIENT_MSG_ID_CHARS_MAX),
  ),
);
// Characters are counted where it is cleaned; this bounds what is looked at.
const Text = v.pipe(v.string(), v.maxLength(2 * TEXT_CHARS_MAX));
const Mentions = v.nullish(v.pipe(v.array(UserId), v.maxLength(MENTIONS_MAX)));
const since = { afterSeq: v.nullish(Count), afterRev: v.nullish(Count) };
const inRoom = { roomId: v.nullish(RoomId) };

const ROOM_OR_WATCH: JsonSchema = {
  anyOf: [
    { required: ["roomId"], properties: { roomId: TEXT } },
    { required: ["watch"], properties: { watch: { const: true } } },
  ],
};
/** What may stand in the frames of a client. */
export const ChatHandshakeSchema = v.pipe(
  v.looseObject({
    roomId: v.nullish(RoomId),
    userId: v.union([UserId, Id]),
    watch: v.nullish(v.boolean()),
    ...since,
  }),
  wire(ROOM_OR_WATCH),
);
export const ChatFrameSchema = v.variant("type", [
  v.looseObject({
    type: v.literal("chat"),
    ...inRoom,
    text: v.nullish(Text),
    clientMsgId: ClientMsgId,
    replyTo: v.nullish(Id),
    link: v.nullish(v.object({ entity: v.picklist(LINK_ENTITIES), id: Id })),
    mentions: Mentions,
  }),
  v.looseObject({
    type: v.literal("edit"),
    ...inRoom,
    id: Id,
    text: Text,
    mentions: Mentions,
    clientMsgId: ClientMsgId,
  }),
  v.looseObject({ type: v.literal("delete"), ...inRoom, id: Id, clientMsgId: ClientMsgId }),
  v.looseObject({ type: v.literal("typing"), ...inRoom, typing: v.boolean() }),
  v.looseObject({ type: v.literal("read"), ...inRoom, upTo: Count }),
  v.looseObject({ type: v.literal("ack"), ...inRoom, messageId: Id }),
  v.looseObject({ type: v.literal("delivered"), ...inRoom, upTo: Count }),
  v.looseObject({ type: v.literal("presence"), status: v.picklist(["online", "away"]) }),
  v.looseObject({ type: v.literal("join"), roomId: RoomId, ...since }),
  v.looseObject({ type: v.literal("leave"), roomId: RoomId }),
  v.pipe(
    v.looseObject({
      type: v.literal("auth"),
      token: v.nullish(v.pipe(v.string(), v.maxLength(TOKEN_CHARS_MAX))),
      ticket: v.nullish(v.pipe(v.string(), v.maxLength(TICKET_CHARS_MAX))),
    }),
    wire(EITHER_CREDENTIAL),
  ),
]);

/** Reads the first frame. Errors: `bad_handshake`, `frame_too_big`. */
export function parseChatHandshake(data: unknown): ChatHandshake | ChatRefused {
  const json = jsonOf(data);
  if ("error" in json) return json.error === "bad_frame" ? { ...json, error: "bad_handshake" } : json;
  const result = v.safeParse(ChatHandshakeSchema, json.value);
  if (!result.success) return { error: "bad_handshake", detail: issueOf(result.issues[0]) };
  const { roomId, userId, watch, afterSeq, afterRev } = result.output;
  if (roomId == null && watch !== true) {
    return { error: "bad_handshake", detail: "roomId: is needed, or watch" };
  }
  return {
    roomId: roomId ?? null,
    userId: String(userId),
    watch: watch ?? false,
    afterSeq: afterSeq ?? null,
    afterRev: afterRev ?? null,
  };
}

/** Reads any later frame. Errors: `bad_frame`, `frame_too_big`. */
export function parseChatFrame(data: unknown): ChatClientFrame | ChatRefused {
  const json = jsonOf(data);
  if ("error" in json) return json;
  const result = v.safeParse(ChatFrameSchema, json.value);
  if (!result.success) return { error: "bad_frame", detail: issueOf(result.issues[0]) };
  const frame = result.output;
  switch (frame.type) {
    case "chat":
      return {
        type: "chat",
        roomId: frame.roomId ?? null,
        text: frame.text ?? "",
        clientMsgId: frame.clientMsgId ?? null,
        replyTo: frame.replyTo ?? null,
        link: frame.link ?? null,
        mentions: [...new Set(frame.mentions)],
      };
    case "edit":
      return {
        type: "edit",
        roomId: frame.roomId ?? null,
        id: frame.id,
        text: frame.text,
        mentions: [...new Set(frame.mentions)],
        clientMsgId: frame.clientMsgId ?? null,
      };
    case "delete":
      return {
        type: "delete",
        roomId: frame.roomId ?? null,
        id: frame.id,
        clientMsgId: frame.clientMsgId ?? null,
      };
    case "typing":
      return { type: "typing", roomId: frame.roomId ?? null, typing: frame.typing };
    case "read":
    case "delivered":
      return { type: frame.type, roomId: frame.roomId ?? null, upTo: frame.upTo };
    case "ack":
      return { type: "read_message", roomId: frame.roomId ?? null, messageId: frame.messageId };
    case "presence":
      return { type: "presence", status: frame.status };
    case "join":
      return {
        type: "join",
        roomId: frame.roomId,
        afterSeq: frame.afterSeq ?? null,
        afterRev: frame.afterRev ?? null,
      };
    case "leave":
      return { type: "leave", roomId: frame.roomId };
    case "auth":
      return authOf(frame.token ?? null, frame.ticket ?? null);
  }
}

function authOf(token: string | null, ticket: string | null): ChatClientFrame | ChatRefused {
  if (token !== null && ticket === null) return { type: "auth", token };
  if (ticket !== null && token === null) return { type: "auth", ticket };
  return { error: "bad_frame", detail: "an auth frame has either a token or a ticket" };
}

function jsonOf(data: unknown): { readonly value: unknown } | ChatRefused {
  if (typeof data !== "string") return { error: "bad_frame", detail: "a frame is text" };
  if (data.length > CHAT_FRAME_CHARS_MAX) return { error: "frame_too_big", detail: String(data.length) };
  try {
    return { value: JSON.parse(data) };
  } catch {
    return { error: "bad_frame", detail: "a frame is one JSON object" };
  }
}

function issueOf(issue: v.BaseIssue<unknown>): string {
  return `${v.getDotPath(issue) ?? "frame"}: ${issue.message}`.slice(0, 300);
}
