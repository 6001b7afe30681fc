// The SQL of topics and who is in them.
import type { Principal } from "@/lib/auth/principal.ts";
import type { Transaction } from "@/services/postgres/pool.ts";

/** A condition on a column with a property: this person's token covers it. */
export function covered(tx: Transaction, { properties }: Principal, column: string) {
  return properties === "*"
    ? tx`true`
    : tx`(${tx(column)} is null or ${tx(column)} = any(${properties as number[]}::bigint[]))`;
}

/** The topics of one person. */
export function selectTopics(tx: Transaction, principal: Principal) {
  const { orgId, userId } = principal;
  return tx<{ roomId: string }[]>`
    select m.room_id as "roomId" from chat_members m
    join chat_rooms r on r.org_id = m.org_id and r.id = m.room_id
    where m.org_id = ${orgId} and m.user_id = ${userId} and ${covered(tx, principal, "r.property_id")}
    order by m.room_id`;
}
