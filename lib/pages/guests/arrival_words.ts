import { spaced } from "@/lib/live/words.ts";
import type { Arrived } from "@/lib/pages/guests/stay_flow.ts";
import { dayAfter, type RoomOffer } from "@/lib/pages/guests/stays.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { Option } from "@/lib/ui/field_spec.ts";
import type { Texts } from "@/lib/ui/field_values.ts";
import { compareNaturally } from "@/lib/ui/natural_order.ts";
import { sayProblem } from "@/lib/ui/states.tsx";

/** Whoever is checked in arrives today. */
export function datesOf(guest: ClientRecord | null, today: string | null): Texts {
  if (today === null) return { arrivesOn: "", departsOn: "" };
  const departs = String(guest?.departsOn ?? "");
  return { arrivesOn: today, departsOn: departs > today ? departs : dayAfter(today, 1) };
}

export function candidatesOf(records: readonly ClientRecord[]): readonly Option[] {
  const dayOf = ({ arrivesOn }: ClientRecord) => String(arrivesOn ?? "~");
  return records.toSorted((a, b) => compareNaturally(dayOf(a), dayOf(b)) || compareNaturally(a.name, b.name))
    .map(({ id, name, arrivesOn }) => ({
      value: String(id),
      label: String(name),
      ...(typeof arrivesOn === "string" && { note: arrivesOn }),
    }));
}

export function hintOf(state: "ready" | "loading" | "failed", count: number): string {
  if (state === "failed") return "Expected guests could not be read";
  if (state === "loading" && count === 0) return "Reading who is expected…";
  return count === 0 ? "Nobody is expected here: choose New guest" : "";
}

export function noteOn(wanted: ClientRecord | undefined, offers: readonly RoomOffer[]): string {
  if (wanted === undefined || offers.some(({ id }) => id === wanted.id)) return "";
  const words: Readonly<Record<string, string>> = { cleaning: "being cleaned", vacant: "free" };
  const state = words[String(wanted.status)] ?? spaced(String(wanted.status));
  return `Room ${wanted.number}, which was booked, is ${state}.`;
}

export function sayArrived(
  { step, problem, heldRoomId }: Arrived & { readonly ok: false },
  number: unknown,
  rooms: readonly ClientRecord[],
): string | null {
  const words = sayProblem(problem);
  if (step === "room" && problem.code === "version_conflict") {
    return `Somebody changed room ${number} a moment ago. Look at it again, or choose another one.`;
  }
  if (step === "room" && heldRoomId === null) return `Room ${number} could not be taken: ${words}`;
  const held = rooms.find(({ id }) => id === heldRoomId)?.number;
  if (step === "room") return `Room ${held} is still marked occupied and could not be freed: ${words}`;
  const rest = heldRoomId === null
    ? ""
    : ` Room ${held} stays marked occupied until you try again or cancel.`;
  return `The guest could not be checked in: ${words}.${rest}`;
}
