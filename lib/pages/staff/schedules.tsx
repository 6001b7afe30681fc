import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { localDay } from "@/lib/derived/local_day.ts";
import { dayAfter } from "@/lib/pages/guests/stays.ts";
import {
  daysOf,
  isInWeek,
  leaveOn,
  likelyShift,
  mondayOf,
  WEEK_DAYS,
  weekFilter,
} from "@/lib/pages/staff/week.ts";
import { WeekBar } from "@/lib/pages/staff/week_bar.tsx";
import { WeekGrid } from "@/lib/pages/staff/week_grid.tsx";
import { employeeOptions } from "@/lib/pages/tasks/task_fields.ts";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { compareNaturally } from "@/lib/ui/natural_order.ts";
import { Empty, Failed } from "@/lib/ui/states.tsx";
import { useAll } from "@/lib/ui/use_all.ts";
import { useEditor } from "@/lib/ui/use_editor.tsx";
import { useRecords } from "@/lib/ui/use_records.ts";

export interface SchedulesProps {
  readonly first: RecordPage;
  readonly employees: RecordPage;
  readonly leaves: RecordPage;
  readonly monday: string;
  readonly day: string;
  readonly head: (actions: ComponentChildren) => ComponentChildren;
}

/** Who works when: a week of shifts, each on the clock of its property. */
export function Schedules({ first, employees, leaves, head, ...asked }: SchedulesProps) {
  const { may, now, placeOf, propertyId } = useFrame();
  const [monday, go] = useState(asked.monday);
  const [day, look] = useState(asked.day);
  const shifts = useRecords("schedule", {
    first,
    order: "asc",
    filter: weekFilter(monday),
    keep: (record) => isInWeek(record, monday),
  });
  const staff = useRecords("employee", { first: employees, order: "asc" });
  const away = useRecords("leave", { first: leaves });
  const isPart = useAll(shifts);
  useAll(staff);
  useAll(away);
  const people = staff.rows.map(({ record }) => record);
  const editor = useEditor({
    entity: "schedule",
    noun: "shift",
    records: shifts,
    fields: [
      { name: "employeeId", label: "Who", kind: "reference", options: employeeOptions(people) },
      { name: "duty", label: "Duty", kind: "text" },
      { name: "startsAt", label: "Begins", kind: "moment", half: true },
      { name: "endsAt", label: "Ends", kind: "moment", half: true },
    ],
  });
  const zoneOf = (id: number | null) => placeOf(id).timeZone;
  const today = localDay(now, zoneOf(propertyId));
  const days = daysOf(monday);
  const add = (employee: ClientRecord, on: string) => {
    const { id, propertyId } = employee;
    const own = shifts.rows.map(({ record }) => record).filter(({ employeeId }) => employeeId === id);
    editor.create({ propertyId, employeeId: id, ...likelyShift(on, own, zoneOf(propertyId)) });
  };
  const turn = (to: string) => {
    go(to);
    look(mondayOf(today) === to ? today : to);
  };
  const working = new Set(shifts.rows.map(({ record }) => record.employeeId));
  const lines = people.filter(({ id, status }) => status !== "left" || working.has(id))
    .toSorted((a, b) => (a.propertyId ?? 0) - (b.propertyId ?? 0) || compareNaturally(a.name, b.name));
  const mayAdd = may("schedule", "create");
  const isReady = shifts.state !== "failed" || shifts.rows.length > 0;
  return (
    <>
      {head(
        mayAdd && lines.length > 0 && (
          <button
            type="button"
            class="button button-main script-only"
            data-new
            onClick={() => editor.create(likelyShift(day, [], zoneOf(propertyId)))}
          >
            <Icon name="plus" />Add shift
          </button>
        ),
      )}
      <WeekBar
        monday={monday}
        days={days}
        day={day}
        today={today}
        onTurn={turn}
        onLook={look}
        before={dayAfter(monday, -WEEK_DAYS)}
        after={dayAfter(monday, WEEK_DAYS)}
      />
      {!isReady && (
        <div class="card">
          <Failed
            what="Shifts could not be loaded"
            problem={shifts.problem}
            onRetry={() => shifts.reload()}
          />
        </div>
      )}
      {isPart && <p class="error" role="status">Not every shift of this week is shown: choose a property.</p>}
      {isReady && lines.length === 0 && (
        <div class="card">
          <Empty
            icon="staff"
            title="Nobody to plan for"
            text="Shifts stand here as soon as there are employees."
          />
        </div>
      )}
      {isReady && lines.length > 0 && (
        <WeekGrid
          lines={lines}
          days={days}
          day={day}
          shifts={shifts}
          leaveOf={(id, on) => leaveOn(away.rows.map(({ record }) => record), id, on)}
          onAdd={mayAdd ? add : undefined}
          onOpen={may("schedule", "update") ? editor.edit : undefined}
        />
      )}
      {editor.form}
    </>
  );
}
