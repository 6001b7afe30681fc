import type { ClientRecord } from "@/lib/client/collection.ts";
import type { FieldSpec, Option } from "@/lib/ui/field_spec.ts";
import { compareNaturally } from "@/lib/ui/natural_order.ts";

/** What somebody is called and reached under. */
export const PERSON_FIELDS: readonly FieldSpec[] = [
  { name: "name", label: "Name", kind: "text" },
  { name: "email", label: "E-mail", kind: "email", half: true },
  { name: "phone", label: "Phone", kind: "tel", half: true },
];

export const STAY_FIELDS: readonly FieldSpec[] = [
  { name: "arrivesOn", label: "Arrives", kind: "day", half: true },
  { name: "departsOn", label: "Departs", kind: "day", half: true },
];

/** The form of a guest. The room of somebody who is in it is not booked any more, and so not asked for. */
export function guestFields(rooms: readonly ClientRecord[], isInHouse: boolean): readonly FieldSpec[] {
  const room: FieldSpec = {
    name: "roomId",
    label: "Room",
    kind: "reference",
    none: "None yet",
    options: roomOptions(rooms),
    hint: "Booked for the guest; it is taken at the check-in.",
  };
  return [
    ...PERSON_FIELDS,
    ...STAY_FIELDS,
    ...(isInHouse || rooms.length === 0 ? [] : [room]),
    { name: "notes", label: "Notes", kind: "long" },
  ];
}

export function roomOptions(rooms: readonly ClientRecord[]): readonly Option[] {
  return rooms.toSorted((a, b) => compareNaturally(a.number, b.number)).map((room) => ({
    value: String(room.id),
    label: `Room ${room.number}`,
    note: String(room.kind),
    propertyId: room.propertyId,
  }));
}
