// The SQL of rooms and their two counters.
import type { Transaction } from "@/services/postgres/pool.ts";
import type { Place } from "@/services/chat/access.ts";

export interface Head {
  readonly lastSeq: number;
  readonly lastRev: number;
}

/** Locks the room until the end of the transaction: nothing is said or changed there meanwhile. */
export function lockRoom(tx: Transaction, orgId: number, roomId: string) {
  return tx<Head[]>`
    select last_seq as "lastSeq", last_rev as "lastRev" from chat_rooms
    where org_id = ${orgId} and id = ${roomId} for no key update`;
}

/** The row of a property's or a hotel room's conversation, which comes with the first message. */
export async function insertRoom(
  tx: Transaction,
  orgId: number,
  { place: { roomId, propertyId }, userId }: { place: Place; userId: string },
): Promise<void> {
  await tx`
    insert into chat_rooms (org_id, id, property_id, created_by) values (${orgId}, ${roomId}, ${propertyId}, ${userId})
    on conflict (org_id, id) do nothing`;
}

/**
 * Takes the next numbers of a locked room: `said` messages, each a revision, or one revision for a change. The messages
 * must be there already: the last of them says when something was said last.
 */
export function advanceRoom(
  tx: Transaction,
  orgId: number,
  { roomId, said }: { roomId: string; said: number },
) {
  const at = said > 0
    ? tx`, last_at = (
      select at from chat_messages
      where org_id = ${orgId} and room_id = ${roomId} and seq = chat_rooms.last_seq + ${said})`
    : tx``;
  return tx`
    update chat_rooms set last_seq = last_seq + ${said}, last_rev = last_rev + ${Math.max(said, 1)}${at}
    where org_id = ${orgId} and id = ${roomId}`;
}

export function selectHeads(tx: Transaction, orgId: number, roomIds: readonly string[]) {
  return tx<(Head & { roomId: string; propertyId: number | null })[]>`
    select id as "roomId", last_seq as "lastSeq", last_rev as "lastRev", property_id as "propertyId" from chat_rooms
    where org_id = ${orgId} and id = any(${roomIds as string[]}::text[])`;
}
