// The SQL of topics and who is in them.
import type { Principal } from "@/lib/auth/principal.ts";
import { MEMBERS_MAX } from "@/lib/chat/limits.ts";
import type { MemberRole } from "@/services/chat/access.ts";
import { coveringUsers } from "@/services/chat/mentionable.ts";
import type { Transaction } from "@/services/postgres/pool.ts";

/** A condition on a column with a property: this person's token covers it. */
export function covered(tx: Transaction, { properties }: Principal, column: string) {
  return properties === "*"
    ? tx`true`
    : tx`(${tx(column)} is null or ${tx(column)} = any(${properties as number[]}::bigint[]))`;
}

/** The topics of one person, those too that their token does not cover now. */
export function selectTopics(tx: Transaction, { orgId, userId }: Principal) {
  return tx<{ roomId: string }[]>`
    select room_id as "roomId" from chat_members where org_id = ${orgId} and user_id = ${userId}
    order by room_id`;
}

export interface NewMember {
  readonly userId: string;
  readonly userName: string;
  readonly role: MemberRole;
}

/** None where there is no such organisation. */
export function insertTopic(
  tx: Transaction,
  orgId: number,
  { name, propertyId, createdBy }: { name: string; propertyId: number | null; createdBy: string },
) {
  return tx<{ roomId: string }[]>`
    insert into chat_rooms (org_id, id, property_id, name, created_by)
    select id, 'topic-' || nextval('chat_topics'), ${propertyId}::bigint, ${name}, ${createdBy}
    from organisations where id = ${orgId}
    returning id as "roomId"`;
}

/** Adds people; who is a member already gets the role. */
export function insertMembers(
  tx: Transaction,
  orgId: number,
  { roomId, addedBy, members }: { roomId: string; addedBy: string; members: readonly NewMember[] },
) {
  return tx`
    insert into chat_members (org_id, room_id, user_id, user_name, role, added_by)
    select ${orgId}::bigint, ${roomId}, user_id, user_name, role, ${addedBy}
    from unnest(${members.map(({ userId }) => userId)}::text[], ${
    members.map(({ userName }) => userName)
  }::text[],
      ${members.map(({ role }) => role)}::text[]) as added (user_id, user_name, role)
    on conflict (org_id, room_id, user_id) do update set role = excluded.role`;
}

export function deleteMember(
  tx: Transaction,
  orgId: number,
  { roomId, userId }: { roomId: string; userId: string },
) {
  return tx`
    delete from chat_members where org_id = ${orgId} and room_id = ${roomId} and user_id = ${userId}`;
}

/** Of a topic: its members, the owners besides this person, and the person's name where they are a member. */
export function countMembers(
  tx: Transaction,
  orgId: number,
  { roomId, userId }: { roomId: string; userId: string },
) {
  return tx<{ members: number; otherOwners: number; name: string | null }[]>`
    select count(*)::int as members,
      (count(*) filter (where role = 'owner' and user_id <> ${userId}))::int as "otherOwners",
      max(user_name) filter (where user_id = ${userId}) as name
    from chat_members where org_id = ${orgId} and room_id = ${roomId}`;
}

/** Topics that this person has made and that still have members. */
export function countTopics(tx: Transaction, orgId: number, userId: string) {
  return tx<{ topics: number }[]>`
    select count(*)::int as topics from chat_rooms r
    where r.org_id = ${orgId} and r.created_by = ${userId} and r.kind = 'topic'
      and exists (select from chat_members m where m.org_id = r.org_id and m.room_id = r.id)`;
}

export function renameTopic(
  tx: Transaction,
  orgId: number,
  { roomId, name, version }: { roomId: string; name: string; version: number },
) {
  return tx<{ version: number }[]>`
    update chat_rooms set name = ${name}, version = version + 1
    where org_id = ${orgId} and id = ${roomId} and version = ${version} returning version`;
}

/** Those of these people that are known, active, and whose token covers the property. */
export function selectNames(
  tx: Transaction,
  orgId: number,
  { propertyId, userIds }: { propertyId: number | null; userIds: readonly string[] },
) {
  return tx<{ userId: string; userName: string }[]>`
    select u.login as "userId", u.name as "userName" from users u
    where u.org_id = ${orgId} and u.login = any(${userIds as string[]}::text[]) and ${
    coveringUsers(tx, propertyId)
  }`;
}

/** Who is in a topic, each with the name of the topic; nobody where there is none such. */
export function selectMembersOf(
  tx: Transaction,
  { orgId, roomId }: { orgId: number; roomId: string },
) {
  return tx<{ name: string; userId: string }[]>`
    select r.name, m.user_id as "userId" from chat_rooms r
    join chat_members m on m.org_id = r.org_id and m.room_id = r.id
    where r.org_id = ${orgId} and r.id = ${roomId} and r.kind = 'topic' limit ${MEMBERS_MAX}`;
}
