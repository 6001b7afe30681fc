// The SQL of how far people are in a room.
import { RECEIPTS_MAX } from "@/lib/chat/limits.ts";
import type { Position } from "@/services/chat/ports.ts";
import type { Transaction } from "@/services/postgres/pool.ts";

/**
 * Moves people ahead, none further than the last message and none back, and keeps from where to where each of them has
 * read now. The room must be locked: of two at once the second starts where the first has ended.
 */
export function advancePositions(
  tx: Transaction,
  { orgId, roomId, positions }: { orgId: number; roomId: string; positions: readonly Position[] },
) {
  return tx<Position[]>`
    with given as (
      select user_id, max(user_name) as user_name, max(read_seq) as read_seq,
        max(greatest(read_seq, delivered_seq)) as delivered_seq
      from unnest(${positions.map(({ userId }) => userId)}::text[],
        ${positions.map(({ userName }) => userName)}::text[],
        ${positions.map(({ readUpTo }) => readUpTo)}::bigint[],
        ${positions.map(({ deliveredUpTo }) => deliveredUpTo)}::bigint[])
        as given (user_id, user_name, read_seq, delivered_seq)
      group by user_id
    ), ahead as (
      select g.user_id, g.user_name, coalesce(p.read_seq, 0) as was,
        greatest(p.read_seq, least(g.read_seq, r.last_seq)) as read_seq,
        greatest(p.delivered_seq, least(g.delivered_seq, r.last_seq)) as delivered_seq
      from given g
      join chat_rooms r on r.org_id = ${orgId} and r.id = ${roomId}
      left join chat_positions p on p.org_id = ${orgId} and p.room_id = ${roomId} and p.user_id = g.user_id
      where least(g.delivered_seq, r.last_seq) > coalesce(p.delivered_seq, 0)
        or least(g.read_seq, r.last_seq) > coalesce(p.read_seq, 0)
    ), kept as (
      insert into chat_positions as p (org_id, room_id, user_id, user_name, read_seq, delivered_seq)
      select ${orgId}::bigint, ${roomId}, user_id, user_name, read_seq, delivered_seq from ahead
      on conflict (org_id, room_id, user_id) do update set user_name = excluded.user_name,
        read_seq = excluded.read_seq, delivered_seq = excluded.delivered_seq
    ), reads as (
      insert into chat_message_reads (org_id, room_id, user_id, from_seq, to_seq)
      select ${orgId}::bigint, ${roomId}, user_id, was + 1, read_seq from ahead where read_seq > was
    )
    select user_id as "userId", user_name as "userName", read_seq as "readUpTo", delivered_seq as "deliveredUpTo"
    from ahead order by user_id`;
}

export function selectPositions(tx: Transaction, orgId: number, roomId: string) {
  return tx<Position[]>`
    select user_id as "userId", user_name as "userName", read_seq as "readUpTo", delivered_seq as "deliveredUpTo"
    from chat_positions where org_id = ${orgId} and room_id = ${roomId}
    order by read_seq desc, delivered_seq desc, user_id limit ${RECEIPTS_MAX}`;
}

/** How far one person has read, and how often what follows mentions them. What retention took counts as read. */
export function selectOwn(
  tx: Transaction,
  { orgId, roomId, userId }: { orgId: number; roomId: string; userId: string },
) {
  return tx<{ readUpTo: number; mentions: number }[]>`
    select own.read_seq as "readUpTo", (
      select count(*)::int from chat_mentions
      where org_id = ${orgId} and user_id = ${userId} and room_id = ${roomId} and seq > own.read_seq) as mentions
    from (
      select greatest(
        coalesce((select first_seq - 1 from chat_rooms where org_id = ${orgId} and id = ${roomId}), 0),
        coalesce((select read_seq from chat_positions
          where org_id = ${orgId} and room_id = ${roomId} and user_id = ${userId}), 0)) as read_seq
    ) own`;
}

export interface Reader {
  readonly userId: string;
  readonly userName: string;
  /** RFC 3339 */
  readonly readAt: string;
}

/**
 * Who has read a message, who was first first. The same as the view `chat_receipts` says, with one look into the index
 * for each person in the room: of their ranges it is the first one that ends at the message or later.
 */
export function selectReaders(
  tx: Transaction,
  { orgId, roomId, seq, after, limit }: {
    orgId: number;
    roomId: string;
    seq: number;
    after: { readAt: string; userId: string } | undefined;
    limit: number;
  },
) {
  const further = after === undefined
    ? tx``
    : tx`and (r.read_at, p.user_id) > (${after.readAt}::timestamptz, ${after.userId})`;
  return tx<Reader[]>`
    select p.user_id as "userId", p.user_name as "userName", r.read_at as "readAt"
    from chat_positions p
    join chat_messages m on m.org_id = p.org_id and m.room_id = p.room_id and m.seq = ${seq}
    cross join lateral (
      select read_at from chat_message_reads
      where org_id = ${orgId} and room_id = ${roomId} and user_id = p.user_id and to_seq >= ${seq}
      order by to_seq limit 1) r
    where p.org_id = ${orgId} and p.room_id = ${roomId} and p.read_seq >= ${seq} and p.user_id <> m.user_id ${further}
    order by r.read_at, p.user_id limit ${limit}`;
}
