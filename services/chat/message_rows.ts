// The SQL of messages. Each statement is a function of its own, so that its plan can be looked at (bench/chat/plans.ts).
import { QUOTE_CHARS_MAX } from "@/lib/chat/limits.ts";
import type { ChatMessage, LinkEntity } from "@/lib/chat/message.ts";
import type { Transaction } from "@/services/postgres/pool.ts";

export interface MessageRow {
  readonly id: number;
  readonly seq: number;
  readonly rev: number;
  readonly roomId: string;
  readonly userId: string;
  readonly userName: string;
  readonly text: string;
  readonly clientMsgId: string;
  readonly at: string;
  readonly editedAt: string | null;
  readonly deleted: boolean;
  readonly linkEntity: LinkEntity | null;
  readonly linkId: number | null;
  readonly mentions: readonly string[];
  readonly quoteId: number | null;
  readonly quoteSeq: number;
  readonly quoteUserId: string;
  readonly quoteUserName: string;
  readonly quoteText: string;
}

/** A message to be kept, with the numbers that it gets. */
export interface NewRow {
  readonly seq: number;
  readonly rev: number;
  readonly user_id: string;
  readonly user_name: string;
  readonly text: string;
  readonly client_msg_id: string;
  readonly reply_to: number | null;
  readonly link_entity: LinkEntity | null;
  readonly link_id: number | null;
  readonly mentions: readonly string[];
}

/** What a statement reads of messages `m`, with what they reply to. */
export function messages(tx: Transaction) {
  return tx`
    select m.id, m.seq, m.rev, m.room_id as "roomId", m.user_id as "userId", m.user_name as "userName", m.text,
      m.client_msg_id as "clientMsgId", m.at, m.edited_at as "editedAt", m.deleted_at is not null as deleted,
      m.link_entity as "linkEntity", m.link_id as "linkId", m.mentions, q.id as "quoteId", q.seq as "quoteSeq",
      q.user_id as "quoteUserId", q.user_name as "quoteUserName", left(q.text, ${QUOTE_CHARS_MAX}) as "quoteText"
    from chat_messages m
    left join chat_messages q on q.org_id = m.org_id and q.id = m.reply_to`;
}

export function messageOf(row: MessageRow): ChatMessage {
  const { id, seq, rev, roomId, userId, userName, text, clientMsgId, at } = row;
  const { editedAt, deleted, linkEntity, linkId, mentions, quoteId } = row;
  return {
    id,
    seq,
    rev,
    roomId,
    userId,
    userName,
    text,
    clientMsgId,
    at,
    ...(editedAt !== null && { editedAt }),
    ...(deleted && { deleted: true }),
    ...(quoteId !== null && {
      replyTo: {
        id: quoteId,
        seq: row.quoteSeq,
        userId: row.quoteUserId,
        userName: row.quoteUserName,
        text: row.quoteText,
      },
    }),
    ...(linkEntity !== null && linkId !== null && { link: { entity: linkEntity, id: linkId } }),
    ...(mentions.length > 0 && { mentions }),
  };
}

/** Where in a room: the rows are `limit` at most. */
export interface Stretch {
  readonly orgId: number;
  readonly roomId: string;
  readonly limit: number;
}

/** The last messages before a `seq`, the latest first. */
export function selectBefore(
  tx: Transaction,
  { orgId, roomId, limit, before }: Stretch & { before: number },
) {
  return tx<MessageRow[]>`
    ${messages(tx)} where m.org_id = ${orgId} and m.room_id = ${roomId} and m.seq < ${before}
    order by m.seq desc limit ${limit}`;
}

/** The first messages after a `seq`, in order. */
export function selectAfter(tx: Transaction, { orgId, roomId, limit, after }: Stretch & { after: number }) {
  return tx<MessageRow[]>`
    ${messages(tx)} where m.org_id = ${orgId} and m.room_id = ${roomId} and m.seq > ${after}
    order by m.seq limit ${limit}`;
}

/** What has changed after a revision, in order of revisions. */
export function selectChanged(tx: Transaction, { orgId, roomId, limit, rev }: Stretch & { rev: number }) {
  return tx<MessageRow[]>`
    ${messages(tx)} where m.org_id = ${orgId} and m.room_id = ${roomId} and m.rev > ${rev}
    order by m.rev limit ${limit}`;
}

/** Messages that have been kept before under these ids, which their senders gave them. */
export function selectSent(
  tx: Transaction,
  { orgId, roomId, sent }: {
    orgId: number;
    roomId: string;
    sent: readonly { userId: string; clientMsgId: string }[];
  },
) {
  return tx<MessageRow[]>`
    ${messages(tx)} where m.org_id = ${orgId} and m.room_id = ${roomId} and (m.user_id, m.client_msg_id) in (
      select * from unnest(${sent.map(({ userId }) => userId)}::text[],
        ${sent.map(({ clientMsgId }) => clientMsgId)}::text[]))`;
}

export function selectMessage(
  tx: Transaction,
  { orgId, roomId, id }: { orgId: number; roomId: string; id: number },
) {
  return tx<MessageRow[]>`
    ${messages(tx)} where m.org_id = ${orgId} and m.id = ${id} and m.room_id = ${roomId}`;
}

/** Those of these ids that are messages of the room. */
export function selectIds(
  tx: Transaction,
  { orgId, roomId, ids }: { orgId: number; roomId: string; ids: readonly number[] },
) {
  return tx<{ id: number; seq: number }[]>`
    select id, seq from chat_messages
    where org_id = ${orgId} and id = any(${ids as number[]}::bigint[]) and room_id = ${roomId}`;
}

export function insertMessages(
  tx: Transaction,
  { orgId, roomId, rows }: { orgId: number; roomId: string; rows: readonly NewRow[] },
) {
  return tx`
    insert into chat_messages (org_id, room_id, seq, rev, user_id, user_name, text, client_msg_id, reply_to,
      link_entity, link_id, mentions, at)
    select ${orgId}::bigint, ${roomId}, seq, rev, user_id, user_name, text, client_msg_id, reply_to,
      link_entity, link_id, mentions, date_trunc('milliseconds', clock_timestamp())
    from jsonb_to_recordset(${
    JSON.stringify(rows)
  }::text::jsonb) as said (seq bigint, rev bigint, user_id text,
      user_name text, text text, client_msg_id text, reply_to bigint, link_entity text, link_id bigint,
      mentions text[])
    order by seq`;
}

export function insertMentions(
  tx: Transaction,
  { orgId, roomId, rows }: {
    orgId: number;
    roomId: string;
    rows: readonly { seq: number; mentions: readonly string[] }[];
  },
) {
  const each = rows.flatMap(({ seq, mentions }) => mentions.map((userId) => ({ seq, userId })));
  return tx`
    insert into chat_mentions (org_id, room_id, seq, user_id)
    select ${orgId}::bigint, ${roomId}, seq, user_id
    from unnest(${each.map(({ seq }) => seq)}::bigint[], ${each.map(({ userId }) => userId)}::text[])
      as mentioned (seq, user_id)`;
}

export function deleteMentions(
  tx: Transaction,
  { orgId, roomId, seq }: { orgId: number; roomId: string; seq: number },
) {
  return tx`delete from chat_mentions where org_id = ${orgId} and room_id = ${roomId} and seq = ${seq}`;
}
