import { localDay } from "@/lib/derived/local_day.ts";
import { ShiftBlock } from "@/lib/pages/staff/shift_block.tsx";
import { clashing, workedHours } from "@/lib/pages/staff/week.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { Chip } from "@/lib/ui/chip.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import type { RecordRow, Records } from "@/lib/ui/records.ts";
import { useHold } from "@/lib/ui/use_hold.ts";

export interface WeekGridProps {
  /** Employees, a line each. */
  readonly lines: readonly ClientRecord[];
  readonly days: readonly string[];
  /** The one that a phone shows. */
  readonly day: string;
  readonly shifts: Records;
  readonly leaveOf: (employeeId: number, day: string) => ClientRecord | undefined;
  readonly onAdd: ((employee: ClientRecord, day: string) => void) | undefined;
  readonly onOpen: ((shift: ClientRecord) => void) | undefined;
}

/** Employees by days. A phone shows one of the days, as a list. */
export function WeekGrid(props: WeekGridProps) {
  const { lines, days, day, shifts } = props;
  const { data: { locale }, now, placeOf, propertyId } = useFrame();
  const holding = useHold((on) => shifts.hold(on));
  const today = localDay(now, placeOf(propertyId).timeZone);
  const heading = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", timeZone: "UTC" });
  const byEmployee = Map.groupBy(shifts.rows, ({ record }) => record.employeeId);
  return (
    <div class="card week" data-entity="schedule" {...holding}>
      <Chip count={shifts.held} onClick={() => shifts.release()} />
      <table class="week-table" aria-label="Shifts of the week" aria-busy={shifts.state === "loading"}>
        <thead>
          <tr>
            <th scope="col" class="week-who">Employee</th>
            {days.map((one) => (
              <th
                key={one}
                scope="col"
                class={looksOf(one, { day, today })}
                aria-current={one === today ? "date" : undefined}
              >
                {heading.format(Date.parse(one))}
              </th>
            ))}
            <th scope="col" class="week-sum">Hours</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((employee) => (
            <Line
              key={employee.id}
              employee={employee}
              rows={byEmployee.get(employee.id) ?? []}
              today={today}
              {...props}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface LineProps extends WeekGridProps {
  readonly employee: ClientRecord;
  readonly rows: readonly RecordRow[];
  readonly today: string;
}

function Line({ employee, rows, days, day, today, shifts, leaveOf, onAdd, onOpen }: LineProps) {
  const { placeOf, propertyName } = useFrame();
  const { id, propertyId, name, position } = employee;
  const { timeZone } = placeOf(propertyId);
  const clashes = clashing(rows.map(({ record }) => record));
  const byDay = Map.groupBy(rows, ({ record }) => localDay(Date.parse(String(record.startsAt)), timeZone));
  const own = days.flatMap((one) => byDay.get(one) ?? []);
  return (
    <tr data-row data-id={id} tabIndex={-1}>
      <th scope="row" class="week-who">
        <bdi class="week-person">{String(name)}</bdi>
        <span class="week-position">
          <bdi>{[position, propertyName(propertyId)].filter(Boolean).join(", ")}</bdi>
        </span>
      </th>
      {days.map((one) => {
        const leave = leaveOf(id, one);
        const shown = byDay.get(one) ?? [];
        return (
          <td key={one} class={looksOf(one, { day, today })}>
            {leave && (
              <span class={`shift-leave shift-leave-${leave.status}`}>
                {leave.status === "approved" ? "On leave" : "Asks for leave"}
              </span>
            )}
            {shown.toSorted(byStart).map((row) => (
              <ShiftBlock
                key={row.key}
                row={row}
                who={String(name)}
                timeZone={timeZone}
                isClashing={clashes.has(row.record.id) || leave?.status === "approved"}
                shifts={shifts}
                onOpen={onOpen}
              />
            ))}
            {shown.length === 0 && !leave && <span class="week-free">Free</span>}
            {onAdd && (
              <button
                type="button"
                class="shift-add script-only"
                aria-label={`Add a shift: ${name}, ${one}`}
                onClick={() => onAdd(employee, one)}
              >
                <Icon name="plus" />
              </button>
            )}
          </td>
        );
      })}
      <td class="week-sum">{workedHours(own.map(({ record }) => record)) || "–"}</td>
    </tr>
  );
}

function byStart(a: RecordRow, b: RecordRow): number {
  return Date.parse(String(a.record.startsAt)) - Date.parse(String(b.record.startsAt));
}

function looksOf(one: string, { day, today }: { day: string; today: string }): string {
  return ["week-day", one === day && "week-chosen", one === today && "week-today"].filter(Boolean).join(" ");
}
