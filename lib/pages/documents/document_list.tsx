import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { documentState, typeWords } from "@/lib/pages/documents/words.ts";
import { When } from "@/lib/ui/figures.tsx";
import { FilterSelect } from "@/lib/ui/filter_select.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import type { Column } from "@/lib/ui/record_line.tsx";
import { RecordTable } from "@/lib/ui/record_table.tsx";
import { SearchField } from "@/lib/ui/search_field.tsx";
import { Icon } from "@/lib/ui/icon.tsx";
import { Empty } from "@/lib/ui/states.tsx";
import { Tag } from "@/lib/ui/tag.tsx";
import { useLate } from "@/lib/ui/use_late.ts";
import { useLookup } from "@/lib/ui/use_lookup.ts";
import { useRecords } from "@/lib/ui/use_records.ts";

export interface DocumentListProps {
  readonly first: RecordPage;
  readonly onOpen: (document: ClientRecord) => void;
  readonly onUpload: () => void;
  /** Stands above the list: the views of the page. */
  readonly views: ComponentChildren;
}

/** Guests of documents that are named at once. */
const NAMES_MAX = 50;
const STATES = [
  { value: "needs_review", label: "Needs a look" },
  { value: "failed", label: "Could not be read" },
  { value: "processing", label: "Being read" },
  { value: "done", label: "Read" },
];

/** The documents of a property, what needs a look first to be found. */
export function DocumentList({ first, onOpen, onUpload, views }: DocumentListProps) {
  const { propertyName, data, propertyId } = useFrame();
  const [status, narrow] = useState("");
  const [query, search] = useState("");
  const asking = useLate(query.trim());
  const records = useRecords("document", {
    first,
    filter: { ...(status !== "" && { status }), ...(asking !== "" && { q: asking }) },
  });
  const guestIds = records.rows.slice(0, NAMES_MAX).map(({ record }) => record.guestId as number | null);
  const guestOf = useLookup("guest", [], guestIds);
  const hasPlaces = data.properties.length > 1 && propertyId === null;
  const columns = useMemo((): readonly Column[] => {
    const all: (Column | false)[] = [
      {
        name: "type",
        label: "Document",
        phone: "title",
        cell: ({ documentType, filename }) => (
          <>
            {typeWords(documentType)}
            <bdi class="cell-beside" title={String(filename)}>{String(filename)}</bdi>
          </>
        ),
      },
      {
        name: "guest",
        label: "Guest",
        beside: ({ guestId }) => guestOf(guestId),
        cell: (_record, _row, guest) => guest ? <bdi>{String(guest.name)}</bdi> : null,
      },
      {
        name: "state",
        label: "State",
        phone: "aside",
        cell: (record) => {
          const { label, tone } = documentState(record);
          return <Tag state={String(record.status)} label={label} tone={tone} />;
        },
      },
      hasPlaces && {
        name: "property",
        label: "Property",
        cell: ({ propertyId }) => <bdi>{propertyName(propertyId)}</bdi>,
      },
      {
        name: "at",
        label: "Uploaded",
        cell: ({ createdAt, propertyId }) => <When at={String(createdAt)} propertyId={propertyId} />,
      },
    ];
    return all.filter((column) => column !== false);
  }, [data, propertyId]);
  const isAll = status === "" && query === "";
  return (
    <>
      {views}
      <div class="toolbar">
        <SearchField label="Search documents" value={query} onChange={search} />
        <FilterSelect label="State" value={status} all="All states" options={STATES} onChange={narrow} />
        <button type="button" class="button script-only" onClick={onUpload}>
          <Icon name="up" />Upload
        </button>
      </div>
      <RecordTable
        entity="document"
        label="Documents"
        columns={columns}
        records={records}
        onOpen={onOpen}
        empty={
          <Empty
            icon={isAll ? "reports" : "search"}
            title={isAll ? "No documents yet" : "No such document"}
            text={isAll
              ? "Passports, visas and cards of guests stand here once they are uploaded: drop them on the page, or open a guest to add one."
              : "No document here fits what you chose."}
          />
        }
      />
    </>
  );
}
