import { useState } from "preact/hooks";
import type { TaskState } from "@/lib/pages/tasks/board.ts";
import { STATE_WORDS } from "@/lib/pages/tasks/state_words.ts";
import { TaskCard } from "@/lib/pages/tasks/task_card.tsx";
import type { Board } from "@/lib/pages/tasks/use_board.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";

/** What is said of a column that is empty. */
const EMPTY: Readonly<Record<TaskState, string>> = {
  open: "Nothing waits to be started.",
  in_progress: "Nobody is at anything now.",
  done: "What is done stands here, the latest on top.",
  cancelled: "Nothing was cancelled.",
};

export interface TaskColumnProps {
  readonly state: TaskState;
  readonly board: Board;
  readonly move: (record: ClientRecord, to: TaskState) => void;
  readonly edit: (record: ClientRecord) => void;
  readonly nameOf: (employeeId: unknown) => unknown;
  readonly roomOf: (roomId: unknown) => unknown;
  readonly isNarrowed: boolean;
}

/** The tasks of one state; one that is dragged here gets it. */
export function TaskColumn({ state, board, isNarrowed, ...tools }: TaskColumnProps) {
  const { may } = useFrame();
  const [isOver, over] = useState(false);
  const rows = board.columns[state];
  const list = board.lists[state];
  const isPaged = state === "done" || state === "cancelled";
  const dropped = (event: DragEvent) => {
    over(false);
    const id = Number(event.dataTransfer?.getData("text/plain"));
    const record = board.tasks.rows.find((row) => row.record.id === id)?.record;
    if (record === undefined) return;
    event.preventDefault();
    if (record.status !== state) tools.move(record, state);
  };
  return (
    <section
      class={`column column-${state}${isOver ? " column-over" : ""}`}
      aria-label={STATE_WORDS[state]}
      data-status={state}
      onDragOver={(event) => {
        if (!may("task", "update")) return;
        event.preventDefault();
        over(true);
      }}
      onDragLeave={() => over(false)}
      onDrop={dropped}
    >
      <h2 class="column-head">
        {STATE_WORDS[state]}
        <span class="view-count">{rows.length}{list.hasMore ? "+" : ""}</span>
      </h2>
      <ul class="column-tasks">
        {rows.map((row) => <TaskCard key={row.key} row={row} board={board} {...tools} />)}
      </ul>
      {rows.length === 0 && list.state === "ready" && (
        <p class="column-empty">{isNarrowed ? "Nothing here has these words." : EMPTY[state]}</p>
      )}
      {rows.length === 0 && list.state === "loading" && <span class="skeleton skeleton-0" />}
      {isPaged && list.hasMore && (
        <button
          type="button"
          class="button button-quiet script-only"
          disabled={list.isLoadingMore}
          onClick={() => list.loadMore()}
        >
          {list.isLoadingMore ? "Loading…" : "Show older"}
        </button>
      )}
    </section>
  );
}
