import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Chip } from "@/lib/ui/chip.tsx";
import { ListFoot } from "@/lib/ui/list_foot.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { NoProperty } from "@/lib/ui/no_property.tsx";
import { classOf, type Column, RecordLine } from "@/lib/ui/record_line.tsx";
import { Failed, SkeletonRows } from "@/lib/ui/states.tsx";
import { useHold } from "@/lib/ui/use_hold.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { EntityName, RecordRow, Records } from "@/lib/ui/records.ts";
import { useArranged } from "@/lib/ui/use_arranged.ts";
import { useSlideIn } from "@/lib/ui/use_slide_in.ts";
import { useStable } from "@/lib/ui/use_stable.ts";

const SKELETON_ROWS = 6;

export interface RecordTableProps {
  readonly entity: EntityName;
  /** What the table holds, for screen readers and messages: "Revenue". */
  readonly label: string;
  /** Memoised, or every row is drawn anew each time. */
  readonly columns: readonly Column[];
  readonly records: Records;
  readonly onOpen?: ((record: ClientRecord) => void) | undefined;
  /** Buttons at the end of a row; memoised too. They may tell of what stands in the row's cells. */
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
  const { open } = useStable({ open: (record: ClientRecord) => props.onOpen?.(record) });
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
          {rows.map((row) => (
            <RecordLine
              key={row.key}
              row={row}
              beside={columns.map(({ beside }) => beside?.(row.record))}
              columns={columns}
              records={records}
              open={props.onOpen && open}
              actions={actions}
            />
          ))}
          {state === "loading" && rows.length === 0 && <SkeletonRows count={SKELETON_ROWS} columns={width} />}
        </tbody>
      </table>
      <ListFoot records={records} />
    </div>
  );
}
