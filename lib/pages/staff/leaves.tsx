import type { ComponentChildren } from "preact";
import { useCallback, useMemo, useState } from "preact/hooks";
import { capital } from "@/lib/live/words.ts";
import { daysBetween } from "@/lib/pages/guests/stays.ts";
import { employeeOptions } from "@/lib/pages/tasks/task_fields.ts";
import type { RecordPage } from "@/lib/client/collection.ts";
import { When } from "@/lib/ui/figures.tsx";
import { FilterSelect } from "@/lib/ui/filter_select.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import type { Column } from "@/lib/ui/record_line.tsx";
import { RecordTable } from "@/lib/ui/record_table.tsx";
import type { RecordRow } from "@/lib/ui/records.ts";
import { Empty } from "@/lib/ui/states.tsx";
import { Tag } from "@/lib/ui/tag.tsx";
import { useAll } from "@/lib/ui/use_all.ts";
import { useEditor } from "@/lib/ui/use_editor.tsx";
import { useLookup } from "@/lib/ui/use_lookup.ts";
import { useRecords } from "@/lib/ui/use_records.ts";

const optionsOf = (words: readonly string[]) => words.map((value) => ({ value, label: capital(value) }));
const KINDS = optionsOf(["annual", "sick", "unpaid", "other"]);
const STATES = optionsOf(["pending", "approved", "rejected", "cancelled"]);

export interface LeavesProps {
  readonly first: RecordPage;
  readonly employees: RecordPage;
  readonly head: (actions: ComponentChildren) => ComponentChildren;
}

/** Who asks to be away. Everybody may ask; whoever is in charge answers. */
export function Leaves({ first, employees, head }: LeavesProps) {
  const { may, propertyId, propertyName, data: { properties, role } } = useFrame();
  const [status, narrow] = useState("");
  const records = useRecords("leave", { first, filter: status === "" ? {} : { status } });
  const staff = useRecords("employee", { first: employees, order: "asc" });
  useAll(staff);
  const people = staff.rows.map(({ record }) => record);
  const employeeOf = useLookup(
    "employee",
    people,
    records.rows.map(({ record }) => Number(record.employeeId)),
  );
  const editor = useEditor({
    entity: "leave",
    noun: "leave request",
    records,
    // Staff may not even say that it is pending.
    fresh: { kind: "annual", ...(role !== "staff" && { status: "pending" }) },
    fields: [
      {
        name: "employeeId",
        label: "Who",
        kind: "reference",
        half: true,
        options: employeeOptions(people),
      },
      { name: "kind", label: "Kind", kind: "choice", half: true, options: KINDS },
      { name: "startsOn", label: "First day", kind: "day", half: true },
      { name: "endsOn", label: "Last day", kind: "day", half: true },
      { name: "reason", label: "Reason", kind: "long" },
      { name: "status", label: "Answer", kind: "choice", half: true, options: STATES },
    ],
  });
  const mayAnswer = may("leave", "update");
  const hasPlaces = properties.length > 1 && propertyId === null;
  const columns = useMemo((): readonly Column[] => [
    {
      name: "who",
      label: "Who",
      phone: "title",
      beside: ({ employeeId }) => employeeOf(employeeId),
      cell: ({ employeeId }, _row, employee) => (
        <bdi>{String(employee?.name ?? `Employee ${employeeId}`)}</bdi>
      ),
    },
    ...(hasPlaces
      ? [
        {
          name: "property",
          label: "Property",
          wide: true,
          cell: ({ propertyId }) => <bdi>{propertyName(propertyId)}</bdi>,
        } satisfies Column,
      ]
      : []),
    {
      name: "days",
      label: "Days",
      cell: ({ startsOn, endsOn }) => <Days from={String(startsOn)} to={String(endsOn)} />,
    },
    {
      name: "length",
      label: "Length",
      cell: ({ startsOn, endsOn }) => {
        const days = daysBetween(String(startsOn), String(endsOn)) + 1;
        return days === 1 ? "1 day" : `${days} days`;
      },
    },
    { name: "kind", label: "Kind", cell: ({ kind }) => capital(String(kind)) },
    {
      name: "reason",
      label: "Reason",
      phone: "none",
      cell: ({ reason }) => <bdi title={String(reason)}>{String(reason)}</bdi>,
    },
    {
      name: "asked",
      label: "Asked",
      phone: "none",
      wide: true,
      cell: ({ createdAt, propertyId }) => <When at={String(createdAt)} propertyId={propertyId} />,
    },
    {
      name: "status",
      label: "Answer",
      phone: "aside",
      cell: ({ status }) => <Tag state={String(status)} />,
    },
  ], [hasPlaces, propertyName]);
  const answer = useCallback(({ record, pending }: RecordRow) => {
    if (record.status !== "pending" || record.id < 0) return null;
    const name = employeeOf(record.employeeId)?.name ?? "the employee";
    const button = (label: string, status: string, looks: string) => (
      <button
        type="button"
        class={`button button-small script-only${looks}`}
        disabled={pending !== null}
        aria-label={`${label}: leave of ${name}`}
        onClick={() => editor.change(record, { status }, `Leave of ${name} ${status}`)}
      >
        {label}
      </button>
    );
    return (
      <>
        {button("Approve", "approved", "")}
        {button("Reject", "rejected", " button-quiet")}
      </>
    );
  }, []);
  const mayAsk = may("leave", "create");
  return (
    <>
      {head(
        mayAsk && (
          <button
            type="button"
            class="button button-main script-only"
            data-new
            onClick={() => editor.create()}
          >
            <Icon name="plus" />Ask for leave
          </button>
        ),
      )}
      <div class="toolbar">
        <FilterSelect label="Answer" value={status} all="All requests" options={STATES} onChange={narrow} />
      </div>
      <RecordTable
        entity="leave"
        label="Leave requests"
        columns={columns}
        records={records}
        onOpen={mayAnswer ? editor.edit : undefined}
        actions={mayAnswer ? answer : undefined}
        empty={
          <Empty
            icon="staff"
            title="No leave requests"
            text="Whoever wants to be away asks here, and whoever is in charge answers."
          >
            {mayAsk && (
              <button type="button" class="button script-only" onClick={() => editor.create()}>
                Ask for leave
              </button>
            )}
          </Empty>
        }
      />
      {editor.form}
    </>
  );
}

/** `24 Dec – 2 Jan`, with the year where it is not this one. */
function Days({ from, to }: { from: string; to: string }) {
  const { now, data: { locale } } = useFrame();
  const isThisYear = from.startsWith(String(new Date(now).getUTCFullYear()));
  const format = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
    ...(!isThisYear && { year: "numeric" }),
  });
  return <span title={`${from} – ${to}`}>{format.formatRange(Date.parse(from), Date.parse(to))}</span>;
}
