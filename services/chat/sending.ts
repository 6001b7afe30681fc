// Keeping messages: one transaction for all that was sent to a room at about the same time.
import type { ChatRefused } from "@/lib/chat/errors.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { cleanText } from "@/lib/chat/text.ts";
import {
  nameOf,
  type Place,
  rightsIn,
  roomNotFound,
  selectPlace,
  selectRoles,
} from "@/services/chat/access.ts";
import { maySee, selectLinked, selectMentionable } from "@/services/chat/mentionable.ts";
import {
  insertMentions,
  insertMessages,
  messageOf,
  type NewRow,
  selectAfter,
  selectIds,
  selectSent,
} from "@/services/chat/message_rows.ts";
import type { Kept, Sending } from "@/services/chat/ports.ts";
import { advancePositions, lockPositions } from "@/services/chat/position_rows.ts";
import { advanceRoom, type Head, insertRoom, lockRoom } from "@/services/chat/room_rows.ts";
import type { Transaction } from "@/services/postgres/pool.ts";

type Verdict = Kept | ChatRefused;

/** Keeps what may be said, each message or none of it. Answers in the order of the sendings. */
export async function send(
  tx: Transaction,
  orgId: number,
  { roomId, sendings }: { roomId: string; sendings: readonly Sending[] },
): Promise<readonly Verdict[]> {
  const userIds = [...new Set(sendings.map(({ principal }) => principal.userId))];
  const sent = sendings.map(({ principal, message }) => {
    return { userId: principal.userId, clientMsgId: message.clientMsgId };
  });
  const replied = sendings.flatMap(({ message: { replyTo } }) => replyTo === null ? [] : [replyTo]);
  // All of them in one round trip. Each statement sees what was committed before the lock was held.
  const [[head], place, roles, earlier, replies] = await Promise.all([
    lockRoom(tx, orgId, roomId),
    selectPlace(tx, orgId, roomId),
    selectRoles(tx, orgId, { roomId, userIds }),
    selectSent(tx, { orgId, roomId, sent }),
    replied.length === 0 ? [] : selectIds(tx, { orgId, roomId, ids: replied }),
  ]);
  const admitted = sendings.filter(({ principal }) =>
    place && rightsIn(place, principal, roles.get(principal.userId))
  );
  if (place === undefined || admitted.length === 0) return sendings.map(() => roomNotFound(roomId));
  if (head === undefined) {
    // Nobody has spoken here before. What was read so far was read without a lock.
    await insertRoom(tx, orgId, { place, userId: admitted[0]!.principal.userId });
    return await send(tx, orgId, { roomId, sendings });
  }
  const kept = new Map(earlier.map((row) => [keyOf(row), messageOf(row)]));
  const refusalOf = await refusals(tx, orgId, {
    place,
    admitted: admitted.filter((sending) => !kept.has(keyOfSending(sending))),
    replies: new Set(replies.map(({ id }) => id)),
  });
  return await keep(tx, orgId, { place, head, sendings, admitted: new Set(admitted), kept, refusalOf });
}

interface Judged {
  readonly place: Place;
  readonly head: Head;
  readonly sendings: readonly Sending[];
  readonly admitted: ReadonlySet<Sending>;
  /** What was sent before, by sender and id. */
  readonly kept: ReadonlyMap<string, ChatMessage>;
  readonly refusalOf: (sending: Sending) => ChatRefused | undefined;
}

async function keep(tx: Transaction, orgId: number, judged: Judged): Promise<readonly Verdict[]> {
  const { place: { roomId }, head, sendings, admitted, kept, refusalOf } = judged;
  const rows = new Map<string, NewRow>();
  const verdicts = sendings.map((sending): ChatRefused | { key: string; isNew: boolean } => {
    if (!admitted.has(sending)) return roomNotFound(roomId);
    const key = keyOfSending(sending);
    if (kept.has(key) || rows.has(key)) return { key, isNew: false };
    const refusal = refusalOf(sending);
    if (refusal) return refusal;
    rows.set(key, rowOf(sending, { lastSeq: head.lastSeq + rows.size, lastRev: head.lastRev + rows.size }));
    return { key, isNew: true };
  });
  const said = rows.size === 0 ? [] : await insert(tx, orgId, { roomId, head, rows: [...rows.values()] });
  const all = new Map([...kept, ...said.map((message) => [keyOf(message), message] as const)]);
  return verdicts.map((verdict) =>
    "error" in verdict ? verdict : { message: all.get(verdict.key)!, isNew: verdict.isNew }
  );
}

async function insert(
  tx: Transaction,
  orgId: number,
  { roomId, head, rows }: { roomId: string; head: Head; rows: readonly NewRow[] },
): Promise<readonly ChatMessage[]> {
  // Who speaks has read what was said before.
  const positions = rows.map(({ user_id, user_name, seq }) => {
    return { userId: user_id, userName: user_name, readUpTo: seq, deliveredUpTo: seq };
  });
  const mentioning = rows.filter(({ mentions }) => mentions.length > 0);
  const advance = { orgId, roomId, positions };
  const [, , said] = await Promise.all([
    insertMessages(tx, { orgId, roomId, rows }),
    advanceRoom(tx, orgId, { roomId, said: rows.length }),
    selectAfter(tx, { orgId, roomId, after: head.lastSeq, limit: rows.length }),
    ...lockPositions(tx, advance),
    advancePositions(tx, advance),
    mentioning.length > 0 && insertMentions(tx, { orgId, roomId, rows: mentioning }),
  ]);
  return said.map(messageOf);
}

/** Why each of them cannot be kept. */
async function refusals(
  tx: Transaction,
  orgId: number,
  { place, admitted, replies }: {
    place: Place;
    admitted: readonly Sending[];
    replies: ReadonlySet<number>;
  },
): Promise<Judged["refusalOf"]> {
  const mentioned = [...new Set(admitted.flatMap(({ message }) => message.mentions))];
  const links = admitted.flatMap(({ message: { link } }) => link === null ? [] : [link]);
  const [people, records] = await Promise.all([
    selectMentionable(tx, orgId, { place, userIds: mentioned }),
    selectLinked(tx, orgId, links),
  ]);
  return ({ principal, message: { text, link, replyTo, mentions } }) => {
    const cleaned = cleanText(text, { mayBeEmpty: link !== null });
    if ("refusal" in cleaned) return bad(`text ${cleaned.refusal}`);
    if (replyTo !== null && !replies.has(replyTo)) {
      return { error: "message_not_found", detail: `replyTo: the room has no message ${replyTo}` };
    }
    const stranger = mentions.find((userId) => !people.has(userId));
    if (stranger !== undefined) return bad(`mentions: nobody in this room is "${stranger}"`);
    if (link !== null && !maySee(principal, link, records)) {
      return bad(`link: there is no ${link.entity} ${link.id}`);
    }
    return undefined;
  };
}

function bad(detail: string): ChatRefused {
  return { error: "bad_message", detail: detail.toWellFormed() };
}

function rowOf({ principal, message }: Sending, { lastSeq, lastRev }: Head): NewRow {
  const { text, clientMsgId, replyTo, link, mentions } = message;
  const cleaned = cleanText(text, { mayBeEmpty: true });
  if ("refusal" in cleaned) throw new TypeError(`Cannot keep a text that ${cleaned.refusal}`);
  return {
    seq: lastSeq + 1,
    rev: lastRev + 1,
    user_id: principal.userId,
    user_name: nameOf(principal),
    text: cleaned.text,
    client_msg_id: clientMsgId,
    reply_to: replyTo,
    link_entity: link?.entity ?? null,
    link_id: link?.id ?? null,
    mentions: [...new Set(mentions)],
  };
}

/** An id of a client has no space, so this is one for each sender and id. */
function keyOf({ userId, clientMsgId }: { userId: string; clientMsgId: string }): string {
  return `${clientMsgId} ${userId}`;
}

function keyOfSending({ principal: { userId }, message: { clientMsgId } }: Sending): string {
  return keyOf({ userId, clientMsgId });
}
