// The SQL of a person's rooms, with what is unread in them.
import type { Principal } from "@/lib/auth/principal.ts";
import type { Transaction } from "@/services/postgres/pool.ts";
import type { MemberRole } from "@/services/chat/access.ts";
import { type MessageRow, messages } from "@/services/chat/message_rows.ts";
import { covered } from "@/services/chat/topic_rows.ts";

export interface RoomRow {
  readonly roomId: string;
  readonly name: string;
  readonly propertyId: number | null;
  readonly role: MemberRole | null;
  readonly version: number;
  readonly lastSeq: number;
  readonly lastRev: number;
  readonly lastAt: string | null;
  readonly readUpTo: number;
  readonly mentions: number;
}

/** Where a page begins: after this room. */
export interface AfterRoom {
  /** null: nobody has spoken there. */
  readonly lastAt: string | null;
  readonly roomId: string;
}

/**
 * Rooms `mine` of a person: all of their properties, topics, and the hotel rooms in which somebody has spoken. What
 * retention has taken counts as read.
 */
function counted(tx: Transaction, principal: Principal) {
  const { orgId, userId, services } = principal;
  const hotelRooms = services.has("properties")
    ? tx`union all
      select 'room-' || h.id, 'Room ' || h.number, h.property_id, null
      from chat_rooms r join rooms h on h.org_id = r.org_id and h.id = split_part(r.id, '-', 2)::bigint
      where r.org_id = ${orgId} and r.kind = 'room' and ${covered(tx, principal, "h.property_id")}`
    : tx``;
  return tx`
    with named (room_id, name, property_id, role) as (
      select 'property-' || p.id, p.name, p.id, null::text from properties p
      where p.org_id = ${orgId} and ${covered(tx, principal, "p.id")}
      ${hotelRooms}
      union all
      select m.room_id, r.name, r.property_id, m.role
      from chat_members m join chat_rooms r on r.org_id = m.org_id and r.id = m.room_id
      where m.org_id = ${orgId} and m.user_id = ${userId} and ${covered(tx, principal, "r.property_id")}
    ), mine as (
      select n.*, coalesce(r.version, 1) as version, coalesce(r.last_seq, 0) as last_seq,
        coalesce(r.last_rev, 0) as last_rev, r.last_at,
        greatest(coalesce(p.read_seq, 0), coalesce(r.first_seq - 1, 0)) as read_seq
      from named n
      left join chat_rooms r on r.org_id = ${orgId} and r.id = n.room_id
      left join chat_positions p on p.org_id = ${orgId} and p.user_id = ${userId} and p.room_id = n.room_id
    )`;
}

function mentionsOf(tx: Transaction, { orgId, userId }: Principal) {
  return tx`(
    select count(*)::int from chat_mentions c
    where c.org_id = ${orgId} and c.user_id = ${userId} and c.room_id = mine.room_id and c.seq > mine.read_seq)`;
}

/** Where something was said last first. */
export function selectRooms(
  tx: Transaction,
  principal: Principal,
  { after, limit }: { after: AfterRoom | undefined; limit: number },
) {
  const further = after === undefined
    ? tx``
    : after.lastAt === null
    ? tx`where last_at is null and room_id > ${after.roomId}`
    : tx`where last_at < ${after.lastAt}::timestamptz or last_at is null
        or (last_at = ${after.lastAt}::timestamptz and room_id > ${after.roomId})`;
  return tx<RoomRow[]>`
    ${counted(tx, principal)}
    select room_id as "roomId", name, property_id as "propertyId", role, version, last_seq as "lastSeq",
      last_rev as "lastRev", last_at as "lastAt", read_seq as "readUpTo", ${
    mentionsOf(tx, principal)
  } as mentions
    from mine ${further}
    order by last_at desc nulls last, room_id limit ${limit}`;
}

/** What is unread in all of a person's rooms. */
export function selectUnread(tx: Transaction, principal: Principal) {
  return tx<{ unread: number; mentions: number }[]>`
    ${counted(tx, principal)}
    select coalesce(sum(last_seq - read_seq), 0)::bigint as unread,
      coalesce(sum(${mentionsOf(tx, principal)}), 0)::bigint as mentions
    from mine`;
}

/** The last message of each of these rooms, where it is still kept. */
export function selectLatest(
  tx: Transaction,
  orgId: number,
  rooms: readonly { roomId: string; lastSeq: number }[],
) {
  return tx<MessageRow[]>`
    ${messages(tx)} where m.org_id = ${orgId} and (m.room_id, m.seq) in (
      select * from unnest(${rooms.map(({ roomId }) => roomId)}::text[],
        ${rooms.map(({ lastSeq }) => lastSeq)}::bigint[]))`;
}

/** What a room's row says; of one in which nobody has spoken, there is none. */
export function selectState(tx: Transaction, orgId: number, roomId: string) {
  return tx<Pick<RoomRow, "version" | "lastSeq" | "lastRev" | "lastAt">[]>`
    select version, last_seq as "lastSeq", last_rev as "lastRev", last_at as "lastAt" from chat_rooms
    where org_id = ${orgId} and id = ${roomId}`;
}
