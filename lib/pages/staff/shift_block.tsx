import { hoursOf } from "@/lib/pages/staff/week.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { RecordRow, Records } from "@/lib/ui/records.ts";
import { RowFailure } from "@/lib/ui/row_failure.tsx";

export interface ShiftBlockProps {
  readonly row: RecordRow;
  readonly who: string;
  readonly timeZone: string;
  /** At the same time as another one, or while the employee is away. */
  readonly isClashing: boolean;
  readonly shifts: Records;
  readonly onOpen: ((shift: ClientRecord) => void) | undefined;
}

/** A shift: from when to when, and what for. */
export function ShiftBlock({ row, who, timeZone, isClashing, shifts, onOpen }: ShiftBlockProps) {
  const { record, pending, isNew } = row;
  const hours = hoursOf(record, timeZone);
  const looks = ["shift", isNew && "shift-new", pending && "shift-pending", isClashing && "shift-clash"];
  const content = (
    <>
      <span class="hidden">{`${who}, `}</span>
      <span class="shift-hours">{hours}</span>
      <bdi class="shift-duty">{String(record.duty ?? "")}</bdi>
      {isClashing && <span class="shift-word">Clashes</span>}
    </>
  );
  return (
    <>
      {onOpen && record.id > 0
        ? (
          <button
            type="button"
            class={looks.filter(Boolean).join(" ")}
            data-id={record.id}
            data-open
            onClick={() => onOpen(record)}
          >
            {content}
          </button>
        )
        : <div class={looks.filter(Boolean).join(" ")} data-id={record.id}>{content}</div>}
      <RowFailure row={row} records={shifts} />
    </>
  );
}
