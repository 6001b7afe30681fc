import { parseId } from "@/lib/protocol/subjects.ts";

/** What a room is about: everybody of a property, one hotel room of it, or what somebody made it for. */
export type RoomKind = "property" | "room" | "topic";

export interface RoomName {
  readonly kind: RoomKind;
  /** Of the property, of the hotel room's record, of the topic. */
  readonly number: number;
}

export const ROOM_ID = /^(property|room|topic)-([1-9][0-9]{0,15})$/;

/** Reads `property-123`; undefined where it is no id of a room. */
export function parseRoomId(text: unknown): RoomName | undefined {
  const [, kind, digits] = typeof text === "string" ? ROOM_ID.exec(text) ?? [] : [];
  const number = digits === undefined ? undefined : parseId(digits);
  return number === undefined ? undefined : { kind: kind as RoomKind, number };
}

export function roomIdOf({ kind, number }: RoomName): string {
  return `${kind}-${number}`;
}
