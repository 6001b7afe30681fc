import type { Principal } from "@/lib/auth/principal.ts";
import {
  insertMentions,
  insertMessages,
  messages,
  selectAfter,
  selectBefore,
  selectChanged,
  selectIds,
  selectSent,
} from "@/services/chat/message_rows.ts";
import { selectPeople } from "@/services/chat/people_rows.ts";
import {
  advancePositions,
  selectOwn,
  selectPositions,
  selectReaders,
} from "@/services/chat/position_rows.ts";
import { selectExpired } from "@/services/chat/retention_rows.ts";
import { selectLatest, selectRooms, selectUnread } from "@/services/chat/room_list.ts";
import { advanceRoom, lockRoom, selectHeads } from "@/services/chat/room_rows.ts";
import { selectFound } from "@/services/chat/search_rows.ts";
import { selectToday, selectWriters } from "@/services/chat/stats_rows.ts";
import { selectTopics } from "@/services/chat/topic_rows.ts";
import type { Transaction } from "@/services/postgres/pool.ts";
import { APART, LARGE_ROOM, RARE_WORD } from "./fill.ts";

/** A statement that was not sent: it may stand within another one. */
export type Fragment = ReturnType<typeof messages>;

export interface Statement {
  readonly what: string;
  readonly query: (tx: Transaction) => unknown;
  /** It writes: it is run once, and rolled back. */
  readonly writes?: true;
}

const BATCH = 20;
const END = Number.MAX_SAFE_INTEGER;

/** What the record and the REST API ask of PostgreSQL, for one member of an organisation, in a room of `last` messages. */
export function statementsOf(principal: Principal, last: number): Statement[] {
  const { orgId, userId } = principal;
  const roomId = LARGE_ROOM;
  const here = { orgId, roomId };
  const middle = Math.floor(last / 2);
  const sent = Array.from({ length: BATCH }, (_, n) => ({ userId: `p${n + 1}`, clientMsgId: `new${n}` }));
  const rows = sent.map(({ userId, clientMsgId }, n) => ({
    seq: last + 1 + n,
    rev: last + 1 + n,
    user_id: userId,
    user_name: userId,
    text: "the pump is mended",
    client_msg_id: clientMsgId,
    reply_to: null,
    link_entity: null,
    link_id: null,
    mentions: ["p1"],
  }));
  const positions = sent.map(({ userId }) => {
    return { userId, userName: userId, readUpTo: last, deliveredUpTo: last };
  });
  const mentioned = sent.map((_, n) => ({ seq: last - n * 3 - 1, mentions: ["p199"] }));
  const search = (what: string, words: string[], before = END): Statement => {
    return { what: `search: ${what}`, query: (tx) => selectFound(tx, { ...here, words, before, limit: 21 }) };
  };
  const rooms = Array.from({ length: 30 }, (_, n) => ({ roomId: `topic-${n + 1}`, lastSeq: 2_000 }));
  return [
    { what: "send: lock the room", query: (tx) => lockRoom(tx, orgId, roomId) },
    { what: `send: were these ${BATCH} sent before`, query: (tx) => selectSent(tx, { ...here, sent }) },
    { what: "send: is there what is replied to", query: (tx) => selectIds(tx, { ...here, ids: [middle] }) },
    {
      what: "send: take the numbers",
      writes: true,
      query: (tx) => advanceRoom(tx, orgId, { roomId, said: BATCH }),
    },
    { what: `send: keep ${BATCH}`, writes: true, query: (tx) => insertMessages(tx, { ...here, rows }) },
    {
      what: `send: ${BATCH} mentions`,
      writes: true,
      query: (tx) => insertMentions(tx, { ...here, rows: mentioned }),
    },
    {
      what: `positions: ${BATCH} go ahead`,
      writes: true,
      query: (tx) => advancePositions(tx, { ...here, positions }),
    },
    { what: "join: the last 50", query: (tx) => selectBefore(tx, { ...here, before: END, limit: 50 }) },
    { what: "join: positions of all", query: (tx) => selectPositions(tx, orgId, roomId) },
    { what: "join: own position", query: (tx) => selectOwn(tx, { ...here, userId }) },
    {
      what: "join: 500 changes",
      query: (tx) => selectChanged(tx, { ...here, rev: last - 500, limit: 501 }),
    },
    {
      what: "heads of 30 rooms",
      query: (tx) => selectHeads(tx, orgId, rooms.map(({ roomId }) => roomId)),
    },
    { what: "own topics", query: (tx) => selectTopics(tx, principal) },
    {
      what: "older page, of the middle",
      query: (tx) => selectBefore(tx, { ...here, before: middle, limit: 51 }),
    },
    { what: "page after a seq", query: (tx) => selectAfter(tx, { ...here, after: middle, limit: 51 }) },
    { what: "list of rooms", query: (tx) => selectRooms(tx, principal, { after: undefined, limit: 51 }) },
    { what: "list: unread of all", query: (tx) => selectUnread(tx, principal) },
    { what: "list: 30 last messages", query: (tx) => selectLatest(tx, orgId, rooms) },
    {
      what: "readers of a message",
      query: (tx) => selectReaders(tx, { ...here, seq: middle, after: undefined, limit: 51 }),
    },
    {
      what: "figures: today",
      query: (tx) => selectToday(tx, { ...here, since: new Date(Date.now() - 12 * 3_600_000).toISOString() }),
    },
    { what: "figures: writers", query: (tx) => selectWriters(tx, orgId, roomId) },
    {
      what: "people to mention",
      query: (tx) =>
        selectPeople(tx, orgId, {
          place: { roomId, kind: "property", name: "", propertyId: 1 },
          q: "son 19",
          limit: 20,
        }),
    },
    {
      what: "retention: rooms",
      query: (tx) => selectExpired(tx, orgId, { days: 365, after: "", limit: 100 }),
    },
    search("a common word", ["w0"]),
    search("a rare word", [RARE_WORD]),
    search("two words", ["w12000", "w3"]),
    search("a word's first letters", ["saf"]),
    search("any word's first letter", ["w"]),
    search("two that are never together", APART),
    search("rare words, from the middle", ["w17001", "w900"], middle),
    search("a word that nobody said", ["nothing"]),
    {
      // What there would be without the function.
      what: "not used: the same, below the policy",
      query: (tx) =>
        tx`select seq from chat_messages where org_id = ${orgId} and room_id = ${roomId}
          and words @@ plainto_tsquery('simple', 'nothing') order by seq desc limit 21`,
    },
  ];
}
