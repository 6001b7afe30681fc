import { jsonSchemaOf } from "@/lib/contracts/from_valibot.ts";
import {
  BOOLEAN,
  COUNT,
  ID,
  listOf,
  mapOf,
  oneOfWords,
  orNull,
  shape,
  TEXT,
  TIME,
} from "@/lib/contracts/json_schema.ts";
import { MESSAGE, PRESENT, RECEIPTS, ROOM_ID_TEXT, ROOM_RIGHTS } from "@/lib/contracts/chat_shapes.ts";
import { byType, type Message } from "@/lib/contracts/message.ts";
import { ref } from "@/lib/contracts/refs.ts";
import { errorSchema, typed } from "@/lib/contracts/stream_messages.ts";
import { ChatFrameSchema, ChatHandshakeSchema } from "@/lib/chat/client_frames.ts";
import { CHAT_ERRORS } from "@/lib/chat/errors.ts";

const FROM_CLIENT: readonly Message[] = [
  {
    name: "handshake",
    from: "client",
    says: "The first frame: the room to join, or to watch all",
    schema: jsonSchemaOf(ChatHandshakeSchema),
  },
  ...byType(jsonSchemaOf(ChatFrameSchema), {
    chat: "Say something",
    edit: "Change what was said",
    delete: "Take back what was said",
    typing: "Somebody types, or does not any more",
    read: "Read up to this seq",
    ack: "Read up to and with this message",
    delivered: "Arrived up to this seq",
    presence: "At the screen, or away from it",
    join: "Join a room, and go on where it was left",
    leave: "Leave a room",
    auth: "A new token, or a ticket that stands for one",
  }),
];

const FROM_SERVER: readonly Message[] = [
  {
    name: "joined",
    from: "server",
    says: "The room, with its last messages or what has changed since",
    schema: typed("joined", {
      roomId: ROOM_ID_TEXT,
      name: TEXT,
      propertyId: orNull(ID),
      seq: COUNT,
      rev: COUNT,
      history: listOf(ref("ChatMessage")),
      more: BOOLEAN,
      "reset?": { const: true },
      online: listOf(PRESENT),
      receipts: RECEIPTS,
      delivered: RECEIPTS,
      unread: COUNT,
      mentions: COUNT,
      readUpTo: COUNT,
      may: ROOM_RIGHTS,
    }),
  },
  {
    name: "chat",
    from: "server",
    says: "A message said, edited or deleted",
    schema: typed("chat", { ...MESSAGE, "prevRev?": COUNT }),
  },
  {
    name: "ack",
    from: "server",
    says: "What the client said, edited or deleted is kept",
    schema: typed("ack", { roomId: ROOM_ID_TEXT, "clientMsgId?": TEXT, id: ID, seq: ID, rev: ID }),
  },
  {
    name: "typing",
    from: "server",
    says: "Everybody who types",
    schema: typed("typing", {
      roomId: ROOM_ID_TEXT,
      users: listOf(shape({ userId: TEXT, userName: TEXT })),
      count: COUNT,
    }),
  },
  {
    name: "presence",
    from: "server",
    says: "Those whose status has changed",
    schema: typed("presence", {
      roomId: ROOM_ID_TEXT,
      users: mapOf(oneOfWords(["online", "away", "offline", "unknown"])),
      names: mapOf(TEXT),
    }),
  },
  {
    name: "read",
    from: "server",
    says: "How far those who got ahead have read",
    schema: typed("read", { roomId: ROOM_ID_TEXT, receipts: RECEIPTS, delivered: RECEIPTS }),
  },
  {
    name: "left",
    from: "server",
    says: "The room is left",
    schema: typed("left", { roomId: ROOM_ID_TEXT }),
  },
  {
    name: "activity",
    from: "server",
    says: "The latest message of a room that is not joined, to who watches",
    schema: typed("activity", { message: ref("ChatMessage") }),
  },
  {
    name: "position",
    from: "server",
    says: "How far this person has read elsewhere",
    schema: typed("position", { roomId: ROOM_ID_TEXT, readUpTo: COUNT }),
  },
  {
    name: "rooms",
    from: "server",
    says: "The rooms of this person have changed: ask again",
    schema: typed("rooms", {}),
  },
  {
    name: "renewed",
    from: "server",
    says: "The new token holds",
    schema: typed("renewed", { expiresAt: TIME }),
  },
  { name: "ping", from: "server", says: "The connection is alive", schema: typed("ping", {}) },
  {
    name: "error",
    from: "server",
    says: "What is wrong; a close may follow",
    schema: errorSchema(Object.keys(CHAT_ERRORS), {
      "roomId?": TEXT,
      "clientMsgId?": TEXT,
      "retryAfterMs?": COUNT,
    }),
  },
];

/** StreamInOut. */
export const CHAT_MESSAGES: readonly Message[] = [...FROM_CLIENT, ...FROM_SERVER];
