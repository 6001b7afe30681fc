// The SQL of taking away what was said too long ago.
import type { Transaction } from "@/services/postgres/pool.ts";
import { lockRoom } from "@/services/chat/room_rows.ts";

/** Rooms whose first message was said before so many days. */
export function selectExpired(
  tx: Transaction,
  orgId: number,
  { days, after, limit }: { days: number; after: string; limit: number },
) {
  return tx<{ roomId: string }[]>`
    select r.id as "roomId" from chat_rooms r
    cross join lateral (
      select at from chat_messages m where m.org_id = ${orgId} and m.room_id = r.id order by seq limit 1) oldest
    where r.org_id = ${orgId} and r.id > ${after} and oldest.at < now() - make_interval(days => ${days})
    order by r.id limit ${limit}`;
}

/** Topics that are nobody's any more. */
export function selectAbandoned(
  tx: Transaction,
  orgId: number,
  { after, limit }: { after: string; limit: number },
) {
  return tx<{ roomId: string }[]>`
    select r.id as "roomId" from chat_rooms r
    where r.org_id = ${orgId} and r.id > ${after} and r.kind = 'topic'
      and not exists (select from chat_members m where m.org_id = r.org_id and m.room_id = r.id)
    order by r.id limit ${limit}`;
}

/**
 * Takes away a room's first messages, `limit` at most: of those, as many from the front as were said before so many
 * days, `days` null: all. Answers how many went.
 */
export async function deleteFirst(
  tx: Transaction,
  orgId: number,
  { roomId, days, limit }: { roomId: string; days: number | null; limit: number },
): Promise<number> {
  const [, [front]] = await Promise.all([
    lockRoom(tx, orgId, roomId),
    tx<{ last: number | null }[]>`
      select coalesce(min(seq) filter (where at >= now() - make_interval(days => ${days}::int)) - 1, max(seq)) as last
      from (select seq, at from chat_messages
        where org_id = ${orgId} and room_id = ${roomId} order by seq limit ${limit}) front`,
  ]);
  const last = front?.last ?? null;
  if (last === null) return 0;
  const [gone] = await Promise.all([
    tx`delete from chat_messages where org_id = ${orgId} and room_id = ${roomId} and seq <= ${last}`,
    tx`update chat_rooms set first_seq = greatest(first_seq, ${
      last + 1
    }) where org_id = ${orgId} and id = ${roomId}`,
    // Of a message that is gone nobody asks who has read it.
    tx`delete from chat_message_reads where org_id = ${orgId} and room_id = ${roomId} and to_seq <= ${last}`,
  ]);
  return gone.count;
}

/** A topic without members and messages. */
export async function deleteTopic(tx: Transaction, orgId: number, roomId: string): Promise<void> {
  await tx`
    delete from chat_rooms r where r.org_id = ${orgId} and r.id = ${roomId}
      and not exists (select from chat_members m where m.org_id = r.org_id and m.room_id = r.id)`;
}
