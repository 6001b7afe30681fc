import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { capital, spaced } from "@/lib/live/words.ts";
import type { RecordPage } from "@/lib/client/collection.ts";
import { Day } from "@/lib/ui/figures.tsx";
import { FilterSelect } from "@/lib/ui/filter_select.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { compareNaturally } from "@/lib/ui/natural_order.ts";
import type { Column } from "@/lib/ui/record_line.tsx";
import { RecordTable } from "@/lib/ui/record_table.tsx";
import { SearchField } from "@/lib/ui/search_field.tsx";
import { Empty } from "@/lib/ui/states.tsx";
import { Tag } from "@/lib/ui/tag.tsx";
import { useAll } from "@/lib/ui/use_all.ts";
import { useEditor } from "@/lib/ui/use_editor.tsx";
import { useLate } from "@/lib/ui/use_late.ts";
import { useRecords } from "@/lib/ui/use_records.ts";

const STATES = ["active", "on_leave", "left"].map((value) => ({ value, label: capital(spaced(value)) }));

export interface EmployeesProps {
  readonly first: RecordPage;
  readonly head: (actions: ComponentChildren) => ComponentChildren;
}

/** Everybody who works here, by name. */
export function Employees({ first, head }: EmployeesProps) {
  const { may, propertyId, propertyName, data: { properties } } = useFrame();
  const [query, search] = useState("");
  const asking = useLate(query.trim());
  const [status, narrow] = useState("");
  const records = useRecords("employee", {
    first,
    order: "asc",
    filter: { ...(status !== "" && { status }), ...(asking !== "" && { q: asking }) },
  });
  useAll(records);
  const positions = new Set(records.rows.map(({ record }) => String(record.position ?? "")).filter(Boolean));
  const editor = useEditor({
    entity: "employee",
    noun: "employee",
    records,
    fields: [
      { name: "name", label: "Name", kind: "text" },
      {
        name: "position",
        label: "Position",
        kind: "text",
        half: true,
        options: [...positions].map((value) => ({ value, label: value })),
      },
      { name: "status", label: "State", kind: "choice", half: true, options: STATES },
      { name: "email", label: "E-mail", kind: "email", half: true },
      { name: "phone", label: "Phone", kind: "tel", half: true },
      { name: "hiredOn", label: "Works here since", kind: "day", half: true },
    ],
  });
  const hasPlaces = properties.length > 1 && propertyId === null;
  const columns = useMemo((): readonly Column[] => [
    { name: "name", label: "Name", phone: "title", cell: ({ name }) => <bdi>{String(name)}</bdi> },
    { name: "position", label: "Position", cell: ({ position }) => <bdi>{String(position ?? "")}</bdi> },
    ...(hasPlaces
      ? [
        {
          name: "property",
          label: "Property",
          cell: ({ propertyId }) => <bdi>{propertyName(propertyId)}</bdi>,
        } satisfies Column,
      ]
      : []),
    {
      name: "status",
      label: "State",
      phone: "aside",
      cell: ({ status }) => <Tag state={String(status)} />,
    },
    {
      name: "phone",
      label: "Phone",
      cell: ({ phone }) => typeof phone === "string" ? <bdi>{phone}</bdi> : null,
    },
    {
      name: "email",
      label: "E-mail",
      phone: "none",
      wide: true,
      cell: ({ email }) => typeof email === "string" ? <bdi>{email}</bdi> : null,
    },
    {
      name: "hired",
      label: "Since",
      phone: "none",
      wide: true,
      cell: ({ hiredOn }) => typeof hiredOn === "string" ? <Day day={hiredOn} /> : null,
    },
  ], [hasPlaces, propertyName]);
  const mayCreate = may("employee", "create");
  const isNarrowed = query !== "" || status !== "";
  return (
    <>
      {head(
        mayCreate && (
          <button
            type="button"
            class="button button-main script-only"
            data-new
            onClick={() => editor.create()}
          >
            <Icon name="plus" />Add employee
          </button>
        ),
      )}
      <div class="toolbar">
        <SearchField label="Search employees" value={query} onChange={search} />
        <FilterSelect label="State" value={status} all="All states" options={STATES} onChange={narrow} />
      </div>
      <RecordTable
        entity="employee"
        label="Employees"
        columns={columns}
        records={records}
        compare={(a, b) => compareNaturally(a.name, b.name)}
        onOpen={may("employee", "update") ? editor.edit : undefined}
        empty={isNarrowed
          ? <Empty icon="search" title="Nobody found" text="Nobody has these words and this state." />
          : (
            <Empty icon="staff" title="No employees yet" text="Everybody who works here stands in this list.">
              {mayCreate && (
                <button type="button" class="button script-only" onClick={() => editor.create()}>
                  Add the first employee
                </button>
              )}
            </Empty>
          )}
      />
      {editor.form}
    </>
  );
}
