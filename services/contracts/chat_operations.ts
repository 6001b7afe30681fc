import { jsonSchemaOf } from "@/lib/contracts/from_valibot.ts";
import { COUNT, type JsonSchema, TEXT } from "@/lib/contracts/json_schema.ts";
import { ref } from "@/lib/contracts/refs.ts";
import { PAGE_MESSAGES_MAX } from "@/lib/chat/limits.ts";
import { READERS_PAGE_MAX } from "@/services/chat/history.ts";
import { RetentionSchema } from "@/services/chat/retention.ts";
import { PEOPLE_PAGE_MAX, ROOMS_PAGE_MAX } from "@/services/chat/rooms.ts";
import { MembershipSchema, NewTopicSchema, RenamingSchema } from "@/services/chat/topics.ts";
import { NOTHING, type Operation, reply, UPGRADED } from "@/services/contracts/operation.ts";
import { UPGRADE_PROBLEMS } from "@/services/contracts/realtime_operations.ts";

const ROOMS = "/v2/collaboration/rooms";
const ROOM = `${ROOMS}/{roomId}`;
const common = { tag: "chat", access: "token" } as const;
const AFTER = { ...TEXT, description: "`next` of the page before" };
const upTo = (maximum: number): JsonSchema => ({ ...COUNT, minimum: 1, maximum });
const room = (says: string) => reply(says, "ChatRoomDetail", ["etag"]);

/** Conversation. */
export const CHAT_OPERATIONS: readonly Operation[] = [
  {
    ...common,
    id: "openChat",
    method: "GET",
    path: "/v2/collaboration/chat/stream",
    summary: "StreamInOut: the socket of chat",
    details: "Its frames are in the AsyncAPI document.",
    query: { ticket: TEXT, token: TEXT },
    replies: { 101: UPGRADED },
    problems: UPGRADE_PROBLEMS,
  },
  {
    ...common,
    id: "listChatRooms",
    method: "GET",
    path: ROOMS,
    summary: "A person's rooms, where something was said last first",
    query: { limit: upTo(ROOMS_PAGE_MAX), after: AFTER },
    replies: { 200: reply("A page of rooms, and what is unread in all of them", "ChatRoomList") },
    problems: ["validation_failed"],
  },
  {
    ...common,
    id: "createTopic",
    method: "POST",
    path: ROOMS,
    summary: "Make a topic",
    headers: ["idempotency-key"],
    body: { schema: jsonSchemaOf(NewTopicSchema) },
    replies: { 201: reply("The room", "ChatRoomDetail", ["etag", "location", "idempotent-replayed"]) },
    problems: ["quota_exceeded", "idempotency_key_reused"],
  },
  {
    ...common,
    id: "getChatRoom",
    method: "GET",
    path: ROOM,
    summary: "One room",
    replies: { 200: room("The room") },
    problems: ["not_found"],
  },
  {
    ...common,
    id: "renameTopic",
    method: "PATCH",
    path: ROOM,
    summary: "Rename a topic, for its owners",
    headers: ["if-match"],
    body: { schema: jsonSchemaOf(RenamingSchema) },
    replies: { 200: room("The room as it is now") },
    problems: ["not_found", "version_conflict", "precondition_required"],
  },
  {
    ...common,
    id: "removeTopic",
    method: "DELETE",
    path: ROOM,
    summary: "Take a topic away with what was said in it, for its owners",
    replies: { 204: NOTHING },
    problems: ["not_found"],
  },
  {
    ...common,
    id: "putMember",
    method: "PUT",
    path: `${ROOM}/members/{userId}`,
    summary: "Add somebody to a topic, or change what they are in it",
    body: { schema: jsonSchemaOf(MembershipSchema) },
    replies: { 200: room("The room with its members") },
    problems: ["not_found", "quota_exceeded"],
  },
  {
    ...common,
    id: "removeMember",
    method: "DELETE",
    path: `${ROOM}/members/{userId}`,
    summary: "Put somebody out of a topic, or leave it",
    replies: { 204: NOTHING },
    problems: ["not_found", "validation_failed"],
  },
  {
    ...common,
    id: "listMessages",
    method: "GET",
    path: `${ROOM}/messages`,
    summary: "What was said, page by page",
    query: { before: COUNT, after: COUNT, limit: upTo(PAGE_MESSAGES_MAX) },
    replies: { 200: reply("In order of seq; more: in the direction that was asked for", "ChatMessagePage") },
    problems: ["not_found", "bad_request", "validation_failed"],
  },
  {
    ...common,
    id: "say",
    method: "POST",
    path: `${ROOM}/messages`,
    summary: "Say something without a socket",
    body: { schema: ref("NewChatMessage") },
    replies: {
      200: reply("It was there already under its clientMsgId", "ChatMessage"),
      201: reply("It is kept", "ChatMessage"),
    },
    problems: ["not_found", "draining"],
  },
  {
    ...common,
    id: "listReaders",
    method: "GET",
    path: `${ROOM}/messages/{id}/readers`,
    summary: "Who has read a message, and when",
    query: { limit: upTo(READERS_PAGE_MAX), after: AFTER },
    replies: { 200: reply("Who was first first", "ChatReaders") },
    problems: ["not_found", "validation_failed"],
  },
  {
    ...common,
    id: "listPeople",
    method: "GET",
    path: `${ROOM}/people`,
    summary: "Who can be mentioned",
    query: { q: TEXT, limit: upTo(PEOPLE_PAGE_MAX) },
    replies: { 200: reply("By name", "ChatPeople") },
    problems: ["not_found", "validation_failed"],
  },
  {
    ...common,
    id: "whoIsOnline",
    method: "GET",
    path: `${ROOM}/online`,
    summary: "Who is in a room now",
    replies: { 200: reply("People, and how many connections they hold", "ChatOnline") },
    problems: ["not_found"],
  },
  {
    ...common,
    id: "searchMessages",
    method: "GET",
    path: `${ROOM}/search`,
    summary: "Messages with some words, the latest first",
    query: { "q!": TEXT, before: COUNT, limit: upTo(PAGE_MESSAGES_MAX) },
    replies: { 200: reply("A page of messages", "ChatMessagePage") },
    problems: ["not_found", "validation_failed"],
  },
  {
    ...common,
    id: "chatStats",
    method: "GET",
    path: `${ROOM}/stats`,
    summary: "Figures about a room",
    replies: { 200: reply("Figures", "ChatStats") },
    problems: ["not_found"],
  },
  {
    ...common,
    id: "getRetention",
    method: "GET",
    path: "/v2/collaboration/retention",
    summary: "How long what is said is kept, for admins",
    replies: { 200: reply("Days", "ChatRetention") },
  },
  {
    ...common,
    id: "putRetention",
    method: "PUT",
    path: "/v2/collaboration/retention",
    summary: "Decide how long what is said is kept, for admins",
    body: { schema: jsonSchemaOf(RetentionSchema) },
    replies: { 200: reply("Days", "ChatRetention") },
  },
];
