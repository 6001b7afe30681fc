import { capital } from "@/lib/live/words.ts";
import { isOverdue, neighbour, type TaskState } from "@/lib/pages/tasks/board.ts";
import { MOVES } from "@/lib/pages/tasks/state_words.ts";
import type { TaskColumnProps } from "@/lib/pages/tasks/task_column.tsx";
import { When } from "@/lib/ui/figures.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import type { RecordRow } from "@/lib/ui/records.ts";
import { RowFailure } from "@/lib/ui/row_failure.tsx";
import { Tag } from "@/lib/ui/tag.tsx";

export interface TaskCardProps extends Omit<TaskColumnProps, "state" | "isNarrowed"> {
  readonly row: RecordRow;
}

/** A task: what, where, who, until when. Its buttons, Shift with an arrow, and dragging move it. */
export function TaskCard({ row, board, move, edit, nameOf, roomOf }: TaskCardProps) {
  const { may, now, propertyName } = useFrame();
  const { record, pending, isNew } = row;
  const { title, priority, propertyId, dueAt } = record;
  const status = String(record.status) as TaskState;
  const mayChange = may("task", "update") && record.id > 0;
  const isBusy = pending !== null;
  const isLate = isOverdue(record, now);
  const assignee = nameOf(record.assigneeId);
  const room = roomOf(record.roomId);
  const house = propertyName(propertyId);
  const looks = ["task", isNew && "task-new", isBusy && "task-pending", isLate && "task-late"];
  const pressed = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : undefined;
    if (!event.shiftKey || by === undefined || !mayChange || isBusy) return;
    event.preventDefault();
    const to = neighbour(status, by);
    if (to !== undefined) move(record, to);
  };
  return (
    <li
      class={looks.filter(Boolean).join(" ")}
      data-row
      data-id={record.id}
      data-status={status}
      draggable={mayChange && !isBusy}
      onDragStart={(event) => event.dataTransfer?.setData("text/plain", String(record.id))}
      onKeyDown={pressed}
    >
      {mayChange
        ? (
          <button type="button" class="task-title" data-open onClick={() => edit(record)}>
            <bdi>{String(title)}</bdi>
          </button>
        )
        : (
          <p class="task-title">
            <bdi>{String(title)}</bdi>
          </p>
        )}
      <p class="task-facts">
        {(priority === "urgent" || priority === "high") && (
          <Tag state={String(priority)} label={capital(String(priority))} />
        )}
        {room !== undefined && (
          <span>
            Room <bdi>{String(room)}</bdi>
          </span>
        )}
        {house !== "" && <bdi>{house}</bdi>}
        {typeof dueAt === "string" && (
          <span class={isLate ? "task-overdue" : undefined}>
            {isLate ? "Overdue, due " : "Due "}
            <When at={dueAt} propertyId={propertyId} />
          </span>
        )}
      </p>
      <div class="task-foot">
        <bdi class={assignee === undefined ? "muted" : "task-who"}>{String(assignee ?? "Nobody yet")}</bdi>
        {mayChange && (
          <span class="task-moves script-only">
            {MOVES[status]?.map(([to, label], i) => (
              <button
                key={to}
                type="button"
                class={`button button-small${i > 0 ? " button-quiet" : ""}`}
                disabled={isBusy}
                aria-label={`${label}: ${title}`}
                onClick={() => move(record, to)}
              >
                {label}
              </button>
            ))}
          </span>
        )}
      </div>
      <RowFailure row={row} records={board.tasks} />
    </li>
  );
}
