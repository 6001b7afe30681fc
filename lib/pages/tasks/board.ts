import type { ClientRecord } from "@/lib/client/collection.ts";
import type { RecordRow } from "@/lib/ui/records.ts";

/** The columns of the board, and the one that is folded away. Each is read as a list of its own. */
export const TASK_STATES = ["open", "in_progress", "done", "cancelled"] as const;
export type TaskState = typeof TASK_STATES[number];
export const BOARD_STATES = ["open", "in_progress", "done"] as const;

/** The column to the right (1) or to the left (-1). */
export function neighbour(status: unknown, by: 1 | -1): TaskState | undefined {
  const here = BOARD_STATES.findIndex((state) => state === status);
  return here < 0 ? undefined : BOARD_STATES[here + by];
}

/**
 * Tasks out of several lists, each once, whatever list knows it: the person's own change counts first, then the higher
 * version. `moved` are answers to own changes, which count until the list that the task moved to has it.
 */
export function boardRows(
  lists: readonly (readonly RecordRow[])[],
  moved: ReadonlyMap<number, ClientRecord>,
): readonly RecordRow[] {
  const rows = new Map<string, RecordRow>();
  for (const row of lists.flat()) {
    const known = rows.get(row.key);
    if (known === undefined || counts(row, known)) rows.set(row.key, row);
  }
  for (const [id, record] of moved) {
    const key = String(id);
    const known = rows.get(key);
    if (known !== undefined && (known.editKey !== null || known.record.version >= record.version)) continue;
    rows.set(key, { key, record, pending: null, failure: null, editKey: null, isNew: false });
  }
  return [...rows.values()];
}

function counts(row: RecordRow, known: RecordRow): boolean {
  if (row.editKey !== null || known.editKey !== null) return known.editKey === null;
  return row.record.version > known.record.version;
}

/** Has one of the lists taken over what an own change was answered with? A row that is about to leave has not. */
export function isTaken(lists: readonly (readonly RecordRow[])[], record: ClientRecord): boolean {
  return lists.some((rows) =>
    rows.some((row) =>
      row.record.id === record.id && row.pending === null && row.record.version >= record.version
    )
  );
}

const PRIORITIES = ["urgent", "high", "normal", "low"];

/** What presses most is on top; of what is over, what was over last. */
export function compareTasks(status: TaskState): (a: ClientRecord, b: ClientRecord) => number {
  if (status === "done" || status === "cancelled") {
    return (a, b) => order(String(b.updatedAt), String(a.updatedAt));
  }
  const rank = ({ priority }: ClientRecord) => PRIORITIES.indexOf(String(priority));
  // "~" is behind every digit: without a time it is due last.
  const due = ({ dueAt }: ClientRecord) => String(dueAt ?? "~");
  return (a, b) => rank(a) - rank(b) || order(due(a), due(b)) || b.id - a.id;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Should it have been done by now? */
export function isOverdue({ dueAt, status }: ClientRecord, now: number): boolean {
  const waits = status === "open" || status === "in_progress";
  return waits && typeof dueAt === "string" && Date.parse(dueAt) < now;
}
