import { useMemo, useState } from "preact/hooks";
import { capital } from "@/lib/live/words.ts";
import { categoriesOf, entryFields, type EntryKind } from "@/lib/pages/finance/fields.ts";
import { Money, When } from "@/lib/ui/figures.tsx";
import { FilterSelect } from "@/lib/ui/filter_select.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import type { Column } from "@/lib/ui/record_line.tsx";
import { RecordTable } from "@/lib/ui/record_table.tsx";
import { SearchField } from "@/lib/ui/search_field.tsx";
import { Empty } from "@/lib/ui/states.tsx";
import { Tag } from "@/lib/ui/tag.tsx";
import { useLate } from "@/lib/ui/use_late.ts";
import { useEditor } from "@/lib/ui/use_editor.tsx";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { useRecords } from "@/lib/ui/use_records.ts";
import { useStable } from "@/lib/ui/use_stable.ts";
import type { ComponentChildren } from "preact";

export interface EntriesProps {
  readonly kind: EntryKind;
  readonly first: RecordPage;
  /** Of `finance.approval`, newest first; only expenses need approval. */
  readonly approvals: RecordPage;
  /** The head of the page, which gets the button that adds one. */
  readonly head: (actions: ComponentChildren) => ComponentChildren;
}

/** Revenues or expenses: the list, and making, changing and removing them. */
export function Entries({ kind, first, approvals, head }: EntriesProps) {
  const { data: { currency, properties }, now, may, propertyName, propertyId } = useFrame();
  const [query, search] = useState("");
  const asking = useLate(query.trim());
  const [category, narrow] = useState("");
  const records = useRecords(kind, {
    first,
    filter: { ...(category !== "" && { category }), ...(asking !== "" && { q: asking }) },
  });
  const asked = useRecords("approval", { first: approvals });
  const editor = useEditor({
    entity: kind,
    noun: kind,
    records,
    fields: entryFields(kind, currency),
    fresh: { currency, occurredAt: new Date(now).toISOString() },
  });
  // The newest counts, and stands first.
  const byExpense = new Map(asked.rows.toReversed().map(({ record }) => [record.expenseId, record]));
  const { approvalOf } = useStable({ approvalOf: ({ id }: ClientRecord) => byExpense.get(id) });
  const hasPlaces = properties.length > 1 && propertyId === null;
  const add = may(kind, "create") && (
    <button
      type="button"
      class="button button-main script-only"
      data-new
      onClick={() => editor.create()}
    >
      <Icon name="plus" />Add {kind}
    </button>
  );
  const columns = useMemo((): readonly Column[] => [
    {
      name: "description",
      label: "Description",
      phone: "title",
      cell: ({ description, category }) => <bdi>{String(description || capital(String(category)))}</bdi>,
    },
    ...(kind === "expense"
      ? [{
        name: "vendor",
        label: "Paid to",
        cell: ({ vendor }: ClientRecord) => <bdi>{String(vendor ?? "")}</bdi>,
      }]
      : []),
    {
      name: "category",
      label: "Category",
      wide: kind === "expense",
      cell: ({ category }) => <bdi>{capital(String(category))}</bdi>,
    },
    ...(hasPlaces
      ? [{
        name: "property",
        label: "Property",
        cell: ({ propertyId }: ClientRecord) => <bdi>{propertyName(propertyId)}</bdi>,
      }]
      : []),
    ...(kind === "expense"
      ? [
        {
          name: "approval",
          label: "Approval",
          beside: approvalOf,
          cell: (_record, _row, approval) => approval && <Tag state={String(approval.status)} />,
        } satisfies Column,
      ]
      : []),
    {
      name: "when",
      label: kind === "revenue" ? "Received" : "Paid",
      cell: ({ occurredAt, propertyId }) => <When at={String(occurredAt)} propertyId={propertyId} />,
    },
    {
      name: "amount",
      label: "Amount",
      align: "end",
      phone: "aside",
      cell: ({ amount, currency }) => <Money amount={Number(amount)} currency={String(currency)} />,
    },
  ], [kind, hasPlaces, propertyName]);
  const isNarrowed = query !== "" || category !== "";
  return (
    <>
      {head(add)}
      <div class="toolbar">
        <SearchField label={`Search ${kind}`} value={query} onChange={search} />
        <FilterSelect
          label="Category"
          value={category}
          all="All categories"
          options={categoriesOf(kind).map((value) => ({ value, label: capital(value) }))}
          onChange={narrow}
        />
      </div>
      <RecordTable
        entity={kind}
        label={capital(kind)}
        columns={columns}
        records={records}
        onOpen={may(kind, "update") ? editor.edit : undefined}
        empty={isNarrowed
          ? <Empty icon="search" title="Nothing found" text="Nothing has these words and this category." />
          : (
            <Empty
              icon="finance"
              title={`No ${kind} yet`}
              text={kind === "revenue"
                ? "What the hotel earns stands here, the newest on top."
                : "What the hotel spends stands here, the newest on top."}
            >
              {may(kind, "create") && (
                <button
                  type="button"
                  class="button script-only"
                  onClick={() => editor.create()}
                >
                  Add the first {kind}
                </button>
              )}
            </Empty>
          )}
      />
      {editor.form}
    </>
  );
}
