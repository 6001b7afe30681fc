import { capital } from "@/lib/live/words.ts";
import { roomOptions } from "@/lib/pages/guests/guest_fields.ts";
import { TASK_STATES } from "@/lib/pages/tasks/board.ts";
import { STATE_WORDS } from "@/lib/pages/tasks/state_words.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { FieldSpec, Option } from "@/lib/ui/field_spec.ts";
import { compareNaturally } from "@/lib/ui/natural_order.ts";

export const PRIORITY_OPTIONS: readonly Option[] = ["urgent", "high", "normal", "low"].map((value) => {
  return { value, label: capital(value) };
});

/** The form of a task. Whoever has left cannot be asked to do it. */
export function taskFields(
  employees: readonly ClientRecord[],
  rooms: readonly ClientRecord[],
): readonly FieldSpec[] {
  return [
    { name: "title", label: "What is to be done", kind: "text" },
    { name: "description", label: "Details", kind: "long" },
    {
      name: "status",
      label: "State",
      kind: "choice",
      half: true,
      options: TASK_STATES.map((value) => ({ value, label: STATE_WORDS[value] })),
    },
    { name: "priority", label: "Priority", kind: "choice", half: true, options: PRIORITY_OPTIONS },
    {
      name: "assigneeId",
      label: "Who does it",
      kind: "reference",
      half: true,
      none: "Nobody yet",
      options: employeeOptions(employees),
    },
    {
      name: "roomId",
      label: "Room",
      kind: "reference",
      half: true,
      none: "No room",
      options: roomOptions(rooms),
    },
    { name: "dueAt", label: "Due", kind: "moment", half: true },
  ];
}

export function employeeOptions(employees: readonly ClientRecord[]): readonly Option[] {
  return employees.filter(({ status }) => status !== "left")
    .toSorted((a, b) => compareNaturally(a.name, b.name))
    .map(({ id, name, position, propertyId }) => ({
      value: String(id),
      label: String(name),
      note: String(position ?? ""),
      propertyId,
    }));
}
