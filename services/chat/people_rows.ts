// The SQL of the people of a room.
import type { Transaction } from "@/services/postgres/pool.ts";
import type { Place } from "@/services/chat/access.ts";
import { coveringUsers } from "@/services/chat/mentionable.ts";

export interface Person {
  readonly userId: string;
  readonly userName: string;
}

/** Who can be in the room, by name. */
export function selectPeople(
  tx: Transaction,
  orgId: number,
  { place: { roomId, kind, propertyId }, q, limit }: { place: Place; q: string; limit: number },
) {
  const has = `%${q.replaceAll(/[\\%_]/g, "\\$&")}%`;
  return kind === "topic"
    ? tx<Person[]>`
      select m.user_id as "userId", m.user_name as "userName" from chat_members m
      left join users u on u.org_id = m.org_id and u.login = m.user_id
      where m.org_id = ${orgId} and m.room_id = ${roomId}
        and (u.login is null or (${coveringUsers(tx, propertyId)}))
        and (m.user_name ilike ${has} or m.user_id ilike ${has})
      order by m.user_name, m.user_id limit ${limit}`
    : tx<Person[]>`
      select u.login as "userId", u.name as "userName" from users u
      where u.org_id = ${orgId} and ${coveringUsers(tx, propertyId)}
        and (u.name ilike ${has} or u.login ilike ${has})
      order by u.name, u.login limit ${limit}`;
}
