import type { ComponentChild, ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Chip } from "@/lib/ui/chip.tsx";
import { ListFoot } from "@/lib/ui/list_foot.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { NoProperty } from "@/lib/ui/no_property.tsx";
import { Failed, sayProblem, SkeletonRows } from "@/lib/ui/states.tsx";
import { useHold } from "@/lib/ui/use_hold.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { EntityName, RecordRow, Records } from "@/lib/ui/records.ts";
import { useArranged } from "@/lib/ui/use_arranged.ts";
import { useSlideIn } from "@/lib/ui/use_slide_in.ts";

const SKELETON_ROWS = 6;

/** One column. On a phone each row is a card: the title and the aside on its first line, the rest below. */
export interface Column {
  readonly name: string;
  readonly label: string;
  readonly cell: (record: ClientRecord, row: RecordRow) => ComponentChild;
  readonly align?: "end";
  /** Default "meta"; one column is the "title", which opens the record. */
  readonly phone?: "title" | "aside" | "meta" | "none";
  /** Shown only where there is much room. */
  readonly wide?: boolean;
}

export interface RecordTableProps {
  readonly entity: EntityName;
  /** What the table holds, for screen readers and messages: "Revenue". */
  readonly label: string;
  readonly columns: readonly Column[];
  readonly records: Records;
  readonly onOpen?: ((record: ClientRecord) => void) | undefined;
  /** Buttons at the end of a row. */
  readonly actions?: ((row: RecordRow) => ComponentChildren) | undefined;
  /** The order of the rows; left out: as the list has it. */
  readonly compare?: ((a: ClientRecord, b: ClientRecord) => number) | undefined;
  /** An <Empty>. */
  readonly empty: ComponentChildren;
}

/** Records as rows, in all four states. It never moves under the pointer or the focus. */
export function RecordTable(props: RecordTableProps) {
  const { entity, label, columns, records, actions, empty, compare } = props;
  const { state, problem, held } = records;
  const { data: { properties, ofProperty } } = useFrame();
  const lacksProperty = properties.length === 0 && ofProperty.includes(entity);
  const { rows, hold } = useArranged(records.rows, compare);
  const holding = useHold((on) => {
    hold(on);
    records.hold(on);
  });
  const body = useRef<HTMLTableSectionElement>(null);
  useSlideIn(body, rows.map(({ key }) => key));
  if (state === "failed" && rows.length === 0) {
    return (
      <div class="card">
        <Failed what={`${label} could not be loaded`} problem={problem} onRetry={() => records.reload()} />
      </div>
    );
  }
  if (state === "ready" && rows.length === 0 && held === 0) {
    return <div class="card">{lacksProperty ? <NoProperty /> : empty}</div>;
  }
  const width = columns.length + (actions ? 1 : 0);
  return (
    <div class="card table-card" data-entity={entity} {...holding}>
      <Chip count={held} onClick={() => records.release()} />
      <table class="table" role="table" aria-label={label} aria-busy={state === "loading"}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ name, label, align, wide }) => (
              <th key={name} role="columnheader" scope="col" class={classOf({ align, wide })}>{label}</th>
            ))}
            {actions && (
              <th role="columnheader" scope="col">
                <span class="hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody role="rowgroup" ref={body}>
          {rows.map((row) => <Row key={row.key} row={row} width={width} {...props} />)}
          {state === "loading" && rows.length === 0 && <SkeletonRows count={SKELETON_ROWS} columns={width} />}
        </tbody>
      </table>
      <ListFoot records={records} />
    </div>
  );
}

interface RowProps extends RecordTableProps {
  readonly row: RecordRow;
  readonly width: number;
}

function Row({ row, width, columns, actions, records, ...props }: RowProps) {
  const { key, record, pending, failure, editKey, isNew } = row;
  // What is being created has no id of its own yet.
  const onOpen = record.id > 0 ? props.onOpen : undefined;
  const looks = [isNew && "row-new", pending !== null && "row-pending"].filter(Boolean).join(" ");
  return (
    <>
      <tr
        role="row"
        class={looks || undefined}
        data-row
        data-id={record.id}
        tabIndex={onOpen ? undefined : -1}
      >
        {columns.map(({ name, cell, align, wide, phone = "meta" }) => (
          <td key={name} role="cell" class={classOf({ phone, align, wide })}>
            {phone === "title" && onOpen
              ? (
                <button
                  type="button"
                  class="cell-open"
                  data-open
                  onClick={() => onOpen(record)}
                >
                  {cell(record, row)}
                </button>
              )
              : cell(record, row)}
          </td>
        ))}
        {actions && <td role="cell" class="cell-actions">{actions(row)}</td>}
      </tr>
      {failure !== null && (
        <tr role="row" class="row-failure">
          <td role="cell" colSpan={width}>
            <p class="error" role="alert">{sayProblem(failure)}</p>
            <button type="button" class="link" onClick={() => records.retry(editKey ?? key)}>
              Try again
            </button>
            <button type="button" class="link" onClick={() => records.discard(editKey ?? key)}>
              Discard
            </button>
          </td>
        </tr>
      )}
    </>
  );
}

function classOf(
  { phone, align, wide = false }: {
    phone?: Column["phone"];
    align: Column["align"];
    wide?: boolean | undefined;
  },
): string | undefined {
  const names = [phone, align, wide ? "wide" : undefined].filter((name) => name !== undefined);
  return names.length === 0 ? undefined : names.map((name) => `cell-${name}`).join(" ");
}
