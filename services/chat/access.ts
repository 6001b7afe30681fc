// Who may see a room, and what they may do in it.
import { coversProperty, type Principal } from "@/lib/auth/principal.ts";
import type { ChatRefused } from "@/lib/chat/errors.ts";
import type { RoomRights } from "@/lib/chat/message.ts";
import { parseRoomId, type RoomKind } from "@/lib/chat/room_id.ts";
import type { Transaction } from "@/services/postgres/pool.ts";

export type MemberRole = "owner" | "member";

/** A room as far as it depends on what it is about. */
export interface Place {
  readonly roomId: string;
  readonly kind: RoomKind;
  readonly name: string;
  /** null: of the whole organisation. */
  readonly propertyId: number | null;
}

export interface Access {
  readonly place: Place;
  readonly rights: RoomRights;
}

export function roomNotFound(roomId: string): ChatRefused {
  return { error: "room_not_found", detail: `There is no room "${roomId.slice(0, 64)}" for this person` };
}

/** The room where there is what it is about; undefined where there is not. */
export async function selectPlace(
  tx: Transaction,
  orgId: number,
  roomId: string,
): Promise<Place | undefined> {
  const room = parseRoomId(roomId);
  if (room === undefined) return undefined;
  const { kind, number } = room;
  const named = {
    property: () =>
      tx`select name, id as "propertyId" from properties where org_id = ${orgId} and id = ${number}`,
    room: () =>
      tx`select 'Room ' || number as name, property_id as "propertyId" from rooms
        where org_id = ${orgId} and id = ${number}`,
    topic: () =>
      tx`select name, property_id as "propertyId" from chat_rooms where org_id = ${orgId} and id = ${roomId}`,
  };
  const [found] = await named[kind]() as unknown as Pick<Place, "name" | "propertyId">[];
  return found && { roomId, kind, ...found };
}

/** The roles of those that are members of a topic; of other rooms, nobody is. */
export async function selectRoles(
  tx: Transaction,
  orgId: number,
  { roomId, userIds }: { roomId: string; userIds: readonly string[] },
): Promise<ReadonlyMap<string, MemberRole>> {
  if (parseRoomId(roomId)?.kind !== "topic") return new Map();
  const rows = await tx<{ userId: string; role: MemberRole }[]>`
    select user_id as "userId", role from chat_members
    where org_id = ${orgId} and room_id = ${roomId} and user_id = any(${userIds as string[]}::text[])`;
  return new Map(rows.map(({ userId, role }) => [userId, role]));
}

/** undefined: the room is none for this person. */
export function rightsIn(
  place: Place,
  principal: Principal,
  role: MemberRole | undefined,
): RoomRights | undefined {
  if (!coversProperty(principal, place.propertyId)) return undefined;
  if (place.kind === "topic") {
    return role && { moderate: role === "owner", manage: role === "owner" };
  }
  if (place.kind === "room" && !principal.services.has("properties")) return undefined;
  return { moderate: principal.role === "admin" || principal.role === "manager", manage: false };
}

export async function accessTo(
  tx: Transaction,
  principal: Principal,
  roomId: string,
): Promise<Access | ChatRefused> {
  const { orgId, userId } = principal;
  const [place, roles] = await Promise.all([
    selectPlace(tx, orgId, roomId),
    selectRoles(tx, orgId, { roomId, userIds: [userId] }),
  ]);
  const rights = place && rightsIn(place, principal, roles.get(userId));
  return place && rights ? { place, rights } : roomNotFound(roomId);
}

/** How a person is called by what they say: never empty, and such that it can be kept. */
export function nameOf({ name, userId }: Principal): string {
  return name.toWellFormed().replaceAll("\0", "").trim() || userId;
}
