import { Component, type ComponentChild, type ComponentChildren } from "preact";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { RecordRow, Records } from "@/lib/ui/records.ts";
import { sayProblem } from "@/lib/ui/states.tsx";

/** One column. On a phone each row is a card: the title and the aside on its first line, the rest below. */
export interface Column {
  readonly name: string;
  readonly label: string;
  readonly cell: (record: ClientRecord, row: RecordRow, beside: ClientRecord | undefined) => ComponentChild;
  /** Another record that the cell tells of: where it changes, the row is drawn anew. */
  readonly beside?: (record: ClientRecord) => ClientRecord | undefined;
  readonly align?: "end";
  /** Default "meta"; one column is the "title", which opens the record. */
  readonly phone?: "title" | "aside" | "meta" | "none";
  /** Shown only where there is much room. */
  readonly wide?: boolean;
}

export interface RecordLineProps {
  readonly row: RecordRow;
  /** By column. */
  readonly beside: readonly (ClientRecord | undefined)[];
  readonly columns: readonly Column[];
  readonly records: Records;
  readonly open: ((record: ClientRecord) => void) | undefined;
  readonly actions: ((row: RecordRow) => ComponentChildren) | undefined;
}

/** A row of a table. Of thousands, only those are drawn anew that show something else. */
export class RecordLine extends Component<RecordLineProps> {
  override shouldComponentUpdate(next: RecordLineProps): boolean {
    const { row, beside, columns, open, actions } = this.props;
    const isSameRow = (["record", "pending", "failure", "editKey", "isNew"] as const).every((name) =>
      row[name] === next.row[name]
    );
    return !isSameRow || columns !== next.columns || open !== next.open || actions !== next.actions ||
      beside.some((record, at) => record !== next.beside[at]);
  }

  override render() {
    return lineOf(this.props);
  }
}

function lineOf({ row, beside, columns, actions, records, ...props }: RecordLineProps) {
  const { key, record, pending, failure, editKey, isNew } = row;
  // What is being created has no id of its own yet.
  const open = record.id > 0 ? props.open : undefined;
  const looks = [isNew && "row-new", pending !== null && "row-pending"].filter(Boolean).join(" ");
  return (
    <>
      <tr role="row" class={looks || undefined} data-row data-id={record.id} tabIndex={open ? undefined : -1}>
        {columns.map(({ name, cell, align, wide, phone = "meta" }, at) => {
          const content = cell(record, row, beside[at]);
          return (
            <td key={name} role="cell" class={classOf({ phone, align, wide })}>
              {phone === "title" && open
                ? (
                  <button type="button" class="cell-open" data-open onClick={() => open(record)}>
                    {content}
                  </button>
                )
                : content}
            </td>
          );
        })}
        {actions && <td role="cell" class="cell-actions">{actions(row)}</td>}
      </tr>
      {failure !== null && (
        <tr role="row" class="row-failure">
          <td role="cell" colSpan={columns.length + (actions ? 1 : 0)}>
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

/** Of a cell, or of the head above it. */
export function classOf(
  { phone, align, wide = false }: {
    phone?: Column["phone"];
    align: Column["align"];
    wide?: boolean | undefined;
  },
): string | undefined {
  const names = [phone, align, wide ? "wide" : undefined].filter((name) => name !== undefined);
  return names.length === 0 ? undefined : names.map((name) => `cell-${name}`).join(" ");
}
