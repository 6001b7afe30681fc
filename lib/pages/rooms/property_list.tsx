import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { formatTime } from "@/lib/live/formats.ts";
import { zoneOptions } from "@/lib/pages/rooms/zones.ts";
import type { RecordPage } from "@/lib/client/collection.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { PageHead } from "@/lib/ui/page_head.tsx";
import type { Column } from "@/lib/ui/record_line.tsx";
import { RecordTable } from "@/lib/ui/record_table.tsx";
import { SearchField } from "@/lib/ui/search_field.tsx";
import { Empty } from "@/lib/ui/states.tsx";
import { useEditor } from "@/lib/ui/use_editor.tsx";
import { useLate } from "@/lib/ui/use_late.ts";
import { useRecords } from "@/lib/ui/use_records.ts";

/** The houses of the organisation: name, address, and what time it is there. */
export function PropertyList({ first, views }: { first: RecordPage; views: ComponentChildren }) {
  const { may, now, data: { locale } } = useFrame();
  const [query, search] = useState("");
  const asking = useLate(query.trim());
  const records = useRecords("property", {
    first,
    order: "asc",
    filter: asking === "" ? {} : { q: asking },
  });
  const zones = useMemo(
    () => zoneOptions(records.rows.map(({ record }) => String(record.timezone))),
    [records.rows.length],
  );
  const editor = useEditor({
    entity: "property",
    noun: "property",
    records,
    fresh: { timezone: "Asia/Kolkata" },
    fields: [
      { name: "name", label: "Name", kind: "text" },
      { name: "address", label: "Address", kind: "long" },
      {
        name: "timezone",
        label: "Time zone",
        kind: "choice",
        options: zones,
        hint: "Days and times of this property are told in it.",
      },
    ],
  });
  const columns = useMemo((): readonly Column[] => [
    { name: "name", label: "Name", phone: "title", cell: ({ name }) => <bdi>{String(name)}</bdi> },
    {
      name: "address",
      label: "Address",
      cell: ({ address }) => <bdi title={String(address)}>{String(address)}</bdi>,
    },
    { name: "timezone", label: "Time zone", cell: ({ timezone }) => String(timezone) },
    {
      name: "time",
      label: "Time there",
      align: "end",
      phone: "aside",
      cell: ({ timezone }) => {
        const at = new Date(now).toISOString();
        return <span class="figure">{formatTime(at, "moment", { locale, timeZone: String(timezone) })}</span>;
      },
    },
  ], [now, locale]);
  const mayCreate = may("property", "create");
  return (
    <>
      <PageHead title="Rooms">
        {mayCreate && (
          <button
            type="button"
            class="button button-main script-only"
            data-new
            onClick={() => editor.create()}
          >
            <Icon name="plus" />Add property
          </button>
        )}
      </PageHead>
      {views}
      <div class="toolbar">
        <SearchField label="Search properties" value={query} onChange={search} />
      </div>
      <RecordTable
        entity="property"
        label="Properties"
        columns={columns}
        records={records}
        onOpen={may("property", "update") ? editor.edit : undefined}
        empty={query === ""
          ? (
            <Empty
              icon="properties"
              title="No properties yet"
              text="Each house of the organisation stands here, with its time zone."
            >
              {mayCreate && (
                <button type="button" class="button script-only" onClick={() => editor.create()}>
                  Add the first property
                </button>
              )}
            </Empty>
          )
          : <Empty icon="search" title="Nothing found" text="No property has these words." />}
      />
      {editor.form}
    </>
  );
}
