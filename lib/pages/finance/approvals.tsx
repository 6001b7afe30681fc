import type { ComponentChildren } from "preact";
import { useCallback, useMemo, useState } from "preact/hooks";
import { capital } from "@/lib/live/words.ts";
import { Money, When } from "@/lib/ui/figures.tsx";
import { FilterSelect } from "@/lib/ui/filter_select.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import type { Column } from "@/lib/ui/record_line.tsx";
import { RecordTable } from "@/lib/ui/record_table.tsx";
import { Empty } from "@/lib/ui/states.tsx";
import { Tag } from "@/lib/ui/tag.tsx";
import { useEditor } from "@/lib/ui/use_editor.tsx";
import { useLookup } from "@/lib/ui/use_lookup.ts";
import type { RecordPage } from "@/lib/client/collection.ts";
import type { RecordRow } from "@/lib/ui/records.ts";
import { useRecords } from "@/lib/ui/use_records.ts";

const STATES = ["pending", "approved", "rejected"];

export interface ApprovalsProps {
  readonly first: RecordPage;
  /** The newest expenses; older ones are read when an approval refers to them. */
  readonly expenses: RecordPage;
  readonly head: (actions: ComponentChildren) => ComponentChildren;
}

/** Expenses that somebody must agree to. */
export function Approvals({ first, expenses, head }: ApprovalsProps) {
  const { may, propertyName, propertyId, data: { properties } } = useFrame();
  const [status, narrow] = useState("");
  const records = useRecords("approval", { first, filter: status === "" ? {} : { status } });
  const known = useRecords("expense", { first: expenses });
  const expenseOf = useLookup(
    "expense",
    known.rows.map(({ record }) => record),
    records.rows.map(({ record }) => Number(record.expenseId)),
  );
  const editor = useEditor({
    entity: "approval",
    noun: "approval",
    records,
    fields: [
      {
        name: "status",
        label: "Decision",
        kind: "choice",
        options: STATES.map((value) => ({ value, label: capital(value) })),
      },
      { name: "note", label: "Note", kind: "long", hint: "Whoever asked reads this." },
    ],
  });
  const mayDecide = may("approval", "update");
  const hasPlaces = properties.length > 1 && propertyId === null;
  const besideOf = ({ expenseId }: RecordRow["record"]) => expenseOf(expenseId);
  const columns = useMemo((): readonly Column[] => [
    {
      name: "expense",
      label: "Expense",
      phone: "title",
      beside: besideOf,
      cell: ({ expenseId }, _row, expense) => (
        <>
          <bdi>{String(expense?.description || expense?.category || `Expense ${expenseId}`)}</bdi>
          {expense?.vendor ? <bdi class="cell-beside">{String(expense.vendor)}</bdi> : null}
        </>
      ),
    },
    ...(hasPlaces
      ? [{
        name: "property",
        label: "Property",
        cell: ({ propertyId }: RecordRow["record"]) => <bdi>{propertyName(propertyId)}</bdi>,
      }]
      : []),
    { name: "status", label: "Status", cell: ({ status }) => <Tag state={String(status)} /> },
    {
      name: "note",
      label: "Note",
      phone: "none",
      wide: true,
      cell: ({ note }) => <bdi title={String(note)}>{String(note)}</bdi>,
    },
    {
      name: "when",
      label: "Asked",
      cell: ({ createdAt, propertyId }) => <When at={String(createdAt)} propertyId={propertyId} />,
    },
    {
      name: "amount",
      label: "Amount",
      align: "end",
      phone: "aside",
      beside: besideOf,
      cell: (_record, _row, expense) => {
        return expense && <Money amount={Number(expense.amount)} currency={String(expense.currency)} />;
      },
    },
  ], [hasPlaces, propertyName]);
  const decide = useCallback(({ record, pending }: RecordRow) => {
    if (!mayDecide || record.status !== "pending") return null;
    const isBusy = pending !== null;
    return (
      <>
        <button
          type="button"
          class="button button-small"
          disabled={isBusy}
          onClick={() => editor.change(record, { status: "approved" }, "Expense approved")}
        >
          Approve
        </button>
        <button
          type="button"
          class="button button-small button-quiet"
          disabled={isBusy}
          onClick={() => editor.change(record, { status: "rejected" }, "Expense rejected")}
        >
          Reject
        </button>
      </>
    );
  }, [mayDecide]);
  return (
    <>
      {head(null)}
      <div class="toolbar">
        <FilterSelect
          label="Status"
          value={status}
          all="All decisions"
          options={STATES.map((value) => ({ value, label: capital(value) }))}
          onChange={narrow}
        />
      </div>
      <RecordTable
        entity="approval"
        label="Approvals"
        columns={columns}
        records={records}
        onOpen={mayDecide ? editor.edit : undefined}
        actions={mayDecide ? decide : undefined}
        empty={
          <Empty
            icon="check"
            title="Nothing waits for approval"
            text="Expenses that somebody must agree to stand here."
          />
        }
      />
      {editor.form}
    </>
  );
}
