import { capital, spaced } from "@/lib/live/words.ts";
import { ROOM_STATES } from "@/lib/pages/rooms/floors.ts";
import type { FieldSpec } from "@/lib/ui/field_spec.ts";

/** The form of a room; the kinds that there are already are suggested. */
export function roomFields(kinds: ReadonlySet<string>): readonly FieldSpec[] {
  return [
    { name: "number", label: "Number", kind: "text", half: true },
    { name: "floor", label: "Floor", kind: "text", half: true },
    {
      name: "kind",
      label: "Kind",
      kind: "text",
      half: true,
      options: [...kinds].map((value) => ({ value, label: value })),
    },
    { name: "capacity", label: "Guests at most", kind: "whole", half: true },
    {
      name: "status",
      label: "State",
      kind: "choice",
      options: ROOM_STATES.map((value) => ({ value, label: capital(spaced(value)) })),
    },
  ];
}
