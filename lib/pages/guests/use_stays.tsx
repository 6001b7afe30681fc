import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { CheckIn } from "@/lib/pages/guests/check_in.tsx";
import { checkOut, type Departed, takeBack } from "@/lib/pages/guests/stay_flow.ts";
import { useStayWorld } from "@/lib/pages/guests/use_stay_world.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import type { Records } from "@/lib/ui/records.ts";
import { sayProblem } from "@/lib/ui/states.tsx";
import { useSaving } from "@/lib/ui/use_saving.ts";

export interface Stays {
  /** Opens the check-in; null: the guest is chosen or written down there. */
  checkIn(guest: ClientRecord | null): void;
  checkOut(guest: ClientRecord): Promise<void>;
  /** The check-in while it is open: to be rendered. */
  readonly form: VNode | null;
}

/** Guests who come and go, with their rooms. */
export function useStays({ guests, rooms }: { guests: Records; rooms: Records }): Stays {
  const { toast, data: { services } } = useFrame();
  const [open, setOpen] = useState<{ readonly guest: ClientRecord | null } | null>(null);
  const world = useStayWorld({ guests: useSaving(guests), rooms: useSaving(rooms) });
  const numberOf = (roomId: unknown) => {
    return rooms.rows.find(({ record }) => record.id === roomId)?.record.number;
  };
  const undo = (guest: ClientRecord, roomId: number | null) => async () => {
    const before = { status: "checked_in" };
    const room = roomId === null ? null : { id: roomId, status: "occupied" };
    const answer = await takeBack(world, { guestId: guest.id, before, room });
    if (!answer.ok) {
      toast({ kind: "failed", text: `This could not be undone: ${sayProblem(answer.problem)}` });
    }
  };
  const leave = async (guest: ClientRecord) => {
    const roomId = services.includes("properties") && typeof guest.roomId === "number" ? guest.roomId : null;
    const departed = await checkOut(world, { guestId: guest.id, roomId });
    const text = sayDeparted(departed, guest, numberOf(roomId));
    if (!departed.ok) return toast({ kind: "failed", text });
    toast({ text, undo: () => void undo(guest, departed.room === "cleaning" ? roomId : null)() });
  };
  return {
    checkIn: (guest) => setOpen({ guest }),
    checkOut: leave,
    form: open && <CheckIn given={open.guest} guests={guests} rooms={rooms} onClose={() => setOpen(null)} />,
  };
}

function sayDeparted(departed: Departed, { name }: ClientRecord, number: unknown): string {
  if (!departed.ok) {
    const words = sayProblem(departed.problem);
    if (departed.step === "guest") return `${name} could not be checked out: ${words}`;
    return `${name} is checked out, but room ${number} is not set to cleaning: ${words}`;
  }
  switch (departed.room) {
    case "cleaning":
      return `${name} checked out; room ${number} is to be cleaned`;
    case "shared":
      return `${name} checked out; others are still in room ${number}`;
    case "unknown":
      return `${name} checked out; please check room ${number}, it is still marked occupied`;
    case "none":
      return `${name} checked out`;
  }
}
