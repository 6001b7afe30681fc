// The SQL of figures about a room.
import type { Transaction } from "@/services/postgres/pool.ts";
import type { Member } from "@/services/chat/rooms.ts";

/** Who is in a topic, owners first. */
export function selectMembers(tx: Transaction, orgId: number, roomId: string) {
  return tx<Member[]>`
    select user_id as "userId", user_name as "userName", role from chat_members
    where org_id = ${orgId} and room_id = ${roomId}
    order by role desc, user_name, user_id`;
}

/** Messages of the room, and those of them since a moment. */
export function selectToday(
  tx: Transaction,
  { orgId, roomId, since }: { orgId: number; roomId: string; since: string },
) {
  return tx<{ messages: number; today: number }[]>`
    select coalesce((select last_seq - first_seq + 1 from chat_rooms where org_id = ${orgId} and id = ${roomId}), 0)
        as messages,
      (select count(*)::int from chat_messages
        where org_id = ${orgId} and room_id = ${roomId} and at >= ${since}::timestamptz) as today`;
}

/** How many people have said something: one look into the index for each of them, however much they said. */
export function selectWriters(tx: Transaction, orgId: number, roomId: string) {
  return tx<{ writers: number }[]>`
    with recursive writers as (
      (select user_id from chat_messages where org_id = ${orgId} and room_id = ${roomId}
        order by user_id limit 1)
      union all
      select (select m.user_id from chat_messages m
        where m.org_id = ${orgId} and m.room_id = ${roomId} and m.user_id > w.user_id
        order by m.user_id limit 1)
      from writers w where w.user_id is not null
    )
    select count(user_id)::int as writers from writers`;
}
