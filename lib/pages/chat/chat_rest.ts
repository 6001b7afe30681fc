import type { ChatMessage, ChatRoom } from "@/lib/chat/message.ts";
import type { Rest, RestAnswer } from "@/lib/client/rest.ts";

const ROOMS = "/v2/collaboration/rooms";
/** People offered for a name that is being typed. */
const PEOPLE_MAX = 8;
/** People of whom members of a topic are chosen. */
const CANDIDATES_MAX = 100;

export interface Person {
  readonly userId: string;
  readonly userName: string;
}

export interface Member extends Person {
  readonly role: "owner" | "member";
}

export interface Reader extends Person {
  /** RFC 3339 */
  readonly readAt: string;
}

export type RoomDetail = ChatRoom & { readonly members?: readonly Member[] };

type JsonRest = Pick<Rest, "json">;
type Asked<T> = Promise<RestAnswer<{ value: T }>>;

function ask<T>(rest: JsonRest, path: string, init?: RequestInit): Asked<T> {
  return rest.json(path, init) as Asked<T>;
}

function sent(method: string, body?: object): RequestInit {
  return body === undefined ? { method } : { method, body: JSON.stringify(body) };
}

function pathOf(roomId: string, rest = ""): string {
  return `${ROOMS}/${encodeURIComponent(roomId)}${rest}`;
}

/** What is unread in all of one's rooms. */
export function askUnread(rest: JsonRest): Asked<{ unread: number; mentions: number }> {
  return ask(rest, `${ROOMS}?limit=1`);
}

export function askRoom(rest: JsonRest, roomId: string): Asked<RoomDetail> {
  return ask(rest, pathOf(roomId));
}

/** Who can be mentioned, by a part of the name. */
export function askPeople(rest: JsonRest, roomId: string, q: string): Asked<{ people: readonly Person[] }> {
  return ask(rest, pathOf(roomId, `/people?${new URLSearchParams({ q, limit: String(PEOPLE_MAX) })}`));
}

/** Who could be a member of a topic: whoever may be in a room of the property. */
export function askCandidates(rest: JsonRest, roomId: string): Asked<{ people: readonly Person[] }> {
  return ask(rest, pathOf(roomId, `/people?limit=${CANDIDATES_MAX}`));
}

export function askReaders(
  rest: JsonRest,
  roomId: string,
  id: number,
): Asked<{ readers: readonly Reader[]; next: string | null }> {
  return ask(rest, pathOf(roomId, `/messages/${id}/readers`));
}

/** The latest first. `before` is a `seq`. */
export function askSearch(
  rest: JsonRest,
  roomId: string,
  { q, before }: { q: string; before: number | null },
): Asked<{ messages: readonly ChatMessage[]; more: boolean }> {
  const query = new URLSearchParams({ q, ...(before !== null && { before: String(before) }) });
  return ask(rest, pathOf(roomId, `/search?${query}`));
}

export function createTopic(
  rest: JsonRest,
  topic: { name: string; propertyId: number | null; members: readonly string[] },
): Asked<ChatRoom> {
  const { propertyId, ...others } = topic;
  return ask(rest, ROOMS, sent("POST", { ...others, ...(propertyId !== null && { propertyId }) }));
}

export function renameTopic(
  rest: JsonRest,
  { roomId, name, version }: { roomId: string; name: string; version: number },
): Asked<ChatRoom> {
  return ask(rest, pathOf(roomId), sent("PATCH", { name, version }));
}

export function deleteTopic(rest: JsonRest, roomId: string): Asked<unknown> {
  return ask(rest, pathOf(roomId), sent("DELETE"));
}

export function putMember(
  rest: JsonRest,
  { roomId, userId, role }: { roomId: string; userId: string; role: Member["role"] },
): Asked<unknown> {
  return ask(rest, pathOf(roomId, `/members/${encodeURIComponent(userId)}`), sent("PUT", { role }));
}

export function removeMember(rest: JsonRest, roomId: string, userId: string): Asked<unknown> {
  return ask(rest, pathOf(roomId, `/members/${encodeURIComponent(userId)}`), sent("DELETE"));
}
