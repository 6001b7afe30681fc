import { useReducer, useRef } from "preact/hooks";
import { boardRows, compareTasks, isTaken, TASK_STATES, type TaskState } from "@/lib/pages/tasks/board.ts";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { arranged } from "@/lib/ui/arranged.ts";
import { useEvents } from "@/lib/ui/realtime.tsx";
import type { RecordRow, Records, Saved } from "@/lib/ui/records.ts";
import { useAll } from "@/lib/ui/use_all.ts";
import { useHold } from "@/lib/ui/use_hold.ts";
import { useRecords } from "@/lib/ui/use_records.ts";
import type { Edited } from "@/lib/ui/use_saving.ts";

export type BoardPages = Readonly<Record<TaskState, RecordPage>>;

export interface Board {
  /** The tasks as one list, to be changed. */
  readonly tasks: Edited;
  readonly columns: Readonly<Record<TaskState, readonly RecordRow[]>>;
  /** What each column is read through. */
  readonly lists: Readonly<Record<TaskState, Records>>;
  /** Tasks that wait to be shown. */
  readonly held: number;
  release(): void;
  readonly holding: ReturnType<typeof useHold>;
}

interface Moved {
  readonly record: ClientRecord;
  readonly list: TaskState;
}

/** The board: a list for each state, shown as one, so that a task that is moved is in exactly one column at any time. */
export function useBoard(pages: BoardPages, filter: Readonly<Record<string, string>>): Board {
  const lists: Board["lists"] = {
    open: useRecords("task", { first: pages.open, filter: { ...filter, status: "open" } }),
    in_progress: useRecords("task", {
      first: pages.in_progress,
      filter: { ...filter, status: "in_progress" },
    }),
    done: useRecords("task", { first: pages.done, filter: { ...filter, status: "done" } }),
    cancelled: useRecords("task", { first: pages.cancelled, filter: { ...filter, status: "cancelled" } }),
  };
  useAll(lists.open);
  useAll(lists.in_progress);
  const [, draw] = useReducer<number, void>((count) => count + 1, 0);
  const moved = useRef(new Map<number, Moved>()).current;
  const isHeld = useRef(false);
  const before = useRef(new Map<TaskState, readonly string[]>()).current;
  useEvents({ service: "tasks", entity: "task" }, (events) => {
    for (const { action, data, version = 0 } of events) {
      const own = moved.get(Number(data.id));
      if (own && (action === "deleted" || version > own.record.version)) moved.delete(own.record.id);
    }
  });
  const shown = TASK_STATES.map((state) => lists[state].rows.map((row) => keyed(state, row)));
  for (const [id, { record }] of moved) if (isTaken(shown, record)) moved.delete(id);
  const rows = boardRows(shown, new Map([...moved].map(([id, { record }]) => [id, record])));
  const columns = Object.fromEntries(TASK_STATES.map((state) => {
    const own = rows.filter(({ record }) => record.status === state);
    const places = isHeld.current ? before.get(state) ?? [] : null;
    const column = arranged(own, compareTasks(state), places);
    before.set(state, column.map(({ key }) => key));
    return [state, column];
  })) as unknown as Board["columns"];
  const all = TASK_STATES.map((state) => lists[state]);
  /** The list that can change a task: the one that shows it, or the one that has moved it. */
  const listOf = (id: number) => {
    const state = TASK_STATES.find((state) => {
      return lists[state].rows.some((row) => row.record.id === id && row.pending !== "remove");
    });
    return state ?? moved.get(id)?.list ?? "open";
  };
  const settled = (list: TaskState, answer: Saved): Saved => {
    if (answer.ok && answer.record) moved.set(answer.record.id, { record: answer.record, list });
    draw();
    return answer;
  };
  const waiting = all.reduce((sum, { held }) => sum + held, 0);
  return {
    lists,
    columns,
    // What the person has moved waits in its new list, but is shown.
    held: Math.max(0, waiting - moved.size),
    release: () => all.forEach((list) => list.release()),
    holding: useHold((on) => {
      isHeld.current = on;
      all.forEach((list) => list.hold(on));
    }),
    tasks: {
      rows,
      create: async (body) => settled("open", await lists.open.create(body)),
      async update(id, changes, seen) {
        const list = listOf(id);
        return settled(list, await lists[list].update(id, changes, seen));
      },
      async remove(id, seen) {
        moved.delete(id);
        return await lists[listOf(id)].remove(id, seen);
      },
      retry(key) {
        const [list, own] = unkeyed(key);
        return lists[list].retry(own)?.then((answer) => settled(list, answer));
      },
      discard(key) {
        const [list, own] = unkeyed(key);
        lists[list].discard(own);
      },
    },
  };
}

/** Edits are counted by each list for itself: with its name their keys are those of the board. */
function keyed(list: TaskState, row: RecordRow): RecordRow {
  if (row.editKey === null) return row;
  const editKey = `${list} ${row.editKey}`;
  return { ...row, editKey, key: row.key === row.editKey ? editKey : row.key };
}

function unkeyed(key: string): readonly [list: TaskState, key: string] {
  const [list, own = ""] = key.split(" ");
  return [TASK_STATES.find((state) => state === list) ?? "open", own];
}
