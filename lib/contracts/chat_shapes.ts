import { jsonSchemaOf } from "@/lib/contracts/from_valibot.ts";
import {
  about,
  BOOLEAN,
  COUNT,
  ID,
  type JsonSchema,
  listOf,
  mapOf,
  oneOfWords,
  orNull,
  shape,
  TEXT,
  TIME,
} from "@/lib/contracts/json_schema.ts";
import { ref } from "@/lib/contracts/refs.ts";
import { ChatFrameSchema } from "@/lib/chat/client_frames.ts";
import { LINK_ENTITIES } from "@/lib/chat/message.ts";
import { ROOM_ID } from "@/lib/chat/room_id.ts";

export const ROOM_ID_TEXT: JsonSchema = {
  type: "string",
  pattern: ROOM_ID.source,
  examples: ["property-1"],
};
const PERSON = { userId: TEXT, userName: TEXT };
const NEXT = about("Where the next page begins; null: this is the last", orNull(TEXT));
const KINDS = oneOfWords(["property", "room", "topic"]);

const RIGHTS = shape({ moderate: BOOLEAN, manage: BOOLEAN });
const room = {
  roomId: ROOM_ID_TEXT,
  kind: KINDS,
  name: TEXT,
  propertyId: about("null: of the whole organisation", orNull(ID)),
  version: ID,
  lastSeq: COUNT,
  lastRev: COUNT,
  lastAt: orNull(TIME),
  lastMessage: orNull(ref("ChatMessage")),
  unread: COUNT,
  mentions: COUNT,
  readUpTo: COUNT,
  online: COUNT,
  may: RIGHTS,
};

/** What a message is told with: in answers, and in frames of which it is a part. */
export const MESSAGE = {
  id: ID,
  seq: about("Its place in the room, from 1 and without a gap", ID),
  rev: about("The revision of the room in which it got this form", ID),
  roomId: ROOM_ID_TEXT,
  ...PERSON,
  text: about("Empty where it is deleted", TEXT),
  clientMsgId: TEXT,
  at: TIME,
  "editedAt?": TIME,
  "deleted?": { const: true } as JsonSchema,
  "replyTo?": shape({ id: ID, seq: ID, ...PERSON, text: TEXT }),
  "link?": shape({ entity: oneOfWords(LINK_ENTITIES), id: ID }),
  "mentions?": listOf(TEXT),
};

/** A person that is in a room. */
export const PRESENT = shape({ ...PERSON, status: oneOfWords(["online", "away", "unknown"]) });
export { RIGHTS as ROOM_RIGHTS };

export const CHAT_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  ChatMessage: shape(MESSAGE),
  ChatRoom: shape(room),
  ChatRoomDetail: shape({
    ...room,
    "members?": listOf(shape({ ...PERSON, role: oneOfWords(["owner", "member"]) })),
  }),
  ChatRoomList: shape({ rooms: listOf(ref("ChatRoom")), next: NEXT, unread: COUNT, mentions: COUNT }),
  ChatMessagePage: shape({ messages: listOf(ref("ChatMessage")), more: BOOLEAN }),
  ChatReaders: shape({ readers: listOf(shape({ ...PERSON, readAt: TIME })), next: NEXT }),
  ChatPeople: shape({ people: listOf(shape(PERSON)) }),
  ChatOnline: shape({ roomId: ROOM_ID_TEXT, online: listOf(PRESENT), people: COUNT, connections: COUNT }),
  ChatStats: shape({
    roomId: ROOM_ID_TEXT,
    messages: COUNT,
    today: COUNT,
    writers: COUNT,
    members: about("null: not a topic", orNull(COUNT)),
    lastAt: orNull(TIME),
    people: COUNT,
    connections: COUNT,
  }),
  ChatRetention: shape({ days: about("null: for ever", orNull(ID)) }),
  NewChatMessage: newMessage(),
};

/** The frame `chat` without its type and room. */
function newMessage(): JsonSchema {
  const frame = jsonSchemaOf(ChatFrameSchema.options[0]);
  const { type: _type, roomId: _roomId, ...properties } = frame.properties!;
  return { type: "object", properties };
}

/** How far people are, by user id. */
export const RECEIPTS = mapOf(COUNT);
