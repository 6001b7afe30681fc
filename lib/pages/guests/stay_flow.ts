import type { Problem } from "@/lib/protocol/problems.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { Saved } from "@/lib/ui/records.ts";

/** What a check-in and a check-out change. */
export interface StayWorld {
  readonly createGuest: (body: object) => Promise<Saved>;
  readonly updateGuest: (id: number, changes: object) => Promise<Saved>;
  readonly updateRoom: (id: number, changes: object) => Promise<Saved>;
  /** Is anybody else checked in there? null: it cannot be told now. */
  readonly isShared: (roomId: number, guestId: number) => Promise<boolean | null>;
}

export interface Arrival {
  /** null: somebody who is not known yet. */
  readonly guestId: number | null;
  /** Of the guest, as a create or an update takes them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The free room that this guest takes; null: the guest joins others, or there are no rooms. */
  readonly roomId: number | null;
  /** A room that an attempt before took and could not give back. */
  readonly heldRoomId: number | null;
}

export type Arrived = { readonly ok: true; readonly guest: ClientRecord | null } | {
  readonly ok: false;
  readonly step: "room" | "guest";
  readonly problem: Problem;
  /** A room that is marked as occupied and has nobody in it. */
  readonly heldRoomId: number | null;
};

/**
 * Checks somebody in. The room comes first: it is what two people can want at once, and its version lets only one of them
 * have it. Where the guest then cannot be written, the room is given back.
 */
export async function checkIn(world: StayWorld, arrival: Arrival): Promise<Arrived> {
  const { guestId, values, roomId, heldRoomId } = arrival;
  if (heldRoomId !== null && heldRoomId !== roomId) {
    const freed = await world.updateRoom(heldRoomId, { status: "vacant" });
    if (!freed.ok) return { ok: false, step: "room", problem: freed.problem, heldRoomId };
  }
  if (roomId !== null && roomId !== heldRoomId) {
    const taken = await world.updateRoom(roomId, { status: "occupied" });
    if (!taken.ok) return { ok: false, step: "room", problem: taken.problem, heldRoomId: null };
  }
  const saved = guestId === null ? await world.createGuest(values) : await world.updateGuest(guestId, values);
  if (saved.ok) return { ok: true, guest: saved.record };
  const isHeld = roomId !== null && !(await world.updateRoom(roomId, { status: "vacant" })).ok;
  return { ok: false, step: "guest", problem: saved.problem, heldRoomId: isHeld ? roomId : null };
}

export type Departed =
  | {
    readonly ok: true;
    /** What became of the room. `unknown`: it was left, as it cannot be told who else is in it. */
    readonly room: "cleaning" | "shared" | "unknown" | "none";
  }
  | { readonly ok: false; readonly step: "guest" | "room"; readonly problem: Problem };

/**
 * Checks somebody out. The guest comes first: a room must not be cleaned under somebody who is still in it. It stays
 * occupied while others are.
 */
export async function checkOut(
  world: StayWorld,
  { guestId, roomId }: { readonly guestId: number; readonly roomId: number | null },
): Promise<Departed> {
  const left = await world.updateGuest(guestId, { status: "checked_out" });
  if (!left.ok) return { ok: false, step: "guest", problem: left.problem };
  if (roomId === null) return { ok: true, room: "none" };
  const isShared = await world.isShared(roomId, guestId);
  if (isShared !== false) return { ok: true, room: isShared ? "shared" : "unknown" };
  const cleaned = await world.updateRoom(roomId, { status: "cleaning" });
  return cleaned.ok ? { ok: true, room: "cleaning" } : { ok: false, step: "room", problem: cleaned.problem };
}

/** Takes a check-in or a check-out back: the room where that is asked for, and the guest as before. */
export async function takeBack(
  world: StayWorld,
  { guestId, before, room }: {
    readonly guestId: number;
    readonly before: Readonly<Record<string, unknown>>;
    readonly room: { readonly id: number; readonly status: string } | null;
  },
): Promise<Saved> {
  // Whoever comes back needs the room first; whoever goes leaves it last.
  const isReturning = before.status === "checked_in";
  if (room !== null && isReturning) {
    const back = await world.updateRoom(room.id, { status: room.status });
    if (!back.ok) return back;
  }
  const guest = await world.updateGuest(guestId, before);
  if (!guest.ok || room === null || isReturning) return guest;
  return await world.updateRoom(room.id, { status: room.status });
}
