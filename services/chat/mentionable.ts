// Who can be mentioned in a room, and to which records a message may point.
import { coversProperty, type Principal } from "@/lib/auth/principal.ts";
import type { ChatLink, LinkEntity } from "@/lib/chat/message.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { isWellFormed } from "@/lib/resources/plain_json.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { Place } from "@/services/chat/access.ts";
import type { Transaction } from "@/services/postgres/pool.ts";

const LINKED: Readonly<Record<LinkEntity, Service>> = {
  task: "tasks",
  guest: "guest",
  room: "properties",
  document: "guest",
};

/** A condition on rows `u` of `users`: they are active, and their token covers the property. */
export function coveringUsers(tx: Transaction, propertyId: number | null) {
  return tx`u.active and (${propertyId}::bigint is null or u.properties is null or ${propertyId} = any(u.properties))`;
}

/** Those of these people that can be in the room. */
export async function selectMentionable(
  tx: Transaction,
  orgId: number,
  { place: { roomId, kind, propertyId }, userIds }: { place: Place; userIds: readonly string[] },
): Promise<ReadonlySet<string>> {
  // What no text of PostgreSQL can be is nobody's name.
  const asked = userIds.filter(isWellFormed);
  if (asked.length === 0) return new Set();
  const rows = kind === "topic"
    ? await tx<{ userId: string }[]>`
      select m.user_id as "userId" from chat_members m
      left join users u on u.org_id = m.org_id and u.login = m.user_id
      where m.org_id = ${orgId} and m.room_id = ${roomId} and m.user_id = any(${asked}::text[])
        and (u.login is null or (${coveringUsers(tx, propertyId)}))`
    : await tx<{ userId: string }[]>`
      select u.login as "userId" from users u
      where u.org_id = ${orgId} and u.login = any(${asked}::text[]) and ${coveringUsers(tx, propertyId)}`;
  return new Set(rows.map(({ userId }) => userId));
}

/** The properties of the records that exist, by `entity id`. */
export async function selectLinked(
  tx: Transaction,
  orgId: number,
  links: readonly ChatLink[],
): Promise<ReadonlyMap<string, number | null>> {
  const entities = [...new Set(links.map(({ entity }) => entity))];
  const found = await Promise.all(entities.map(async (entity) => {
    const ids = links.filter((link) => link.entity === entity).map(({ id }) => id);
    const rows = await tx<{ id: number; propertyId: number | null }[]>`
      select id, property_id as "propertyId" from ${tx(linked(entity).table)}
      where org_id = ${orgId} and id = any(${ids}::bigint[])`;
    return rows.map(({ id, propertyId }) => [keyOf({ entity, id }), propertyId] as const);
  }));
  return new Map(found.flat());
}

/** May this person see the record, where `found` says that it exists? The same rules as of the REST API. */
export function maySee(
  principal: Principal,
  link: ChatLink,
  found: ReadonlyMap<string, number | null>,
): boolean {
  const propertyId = found.get(keyOf(link));
  return propertyId !== undefined && principal.services.has(LINKED[link.entity]) &&
    coversProperty(principal, propertyId);
}

function linked(entity: LinkEntity): Resource {
  return resourceOf(LINKED[entity], entity)!;
}

function keyOf({ entity, id }: ChatLink): string {
  return `${entity} ${id}`;
}
