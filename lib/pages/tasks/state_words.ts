import type { TaskState } from "@/lib/pages/tasks/board.ts";

export const STATE_WORDS: Readonly<Record<TaskState, string>> = {
  open: "Open",
  in_progress: "In progress",
  done: "Done",
  cancelled: "Cancelled",
};

/** What is said when a task got there. */
export const MOVED_WORDS: Readonly<Record<TaskState, string>> = {
  open: "Open again",
  in_progress: "Started",
  done: "Done",
  cancelled: "Cancelled",
};

/** The buttons of a card: where to, and what that is called from there. The first one is what comes next. */
export const MOVES: Readonly<Record<TaskState, readonly (readonly [to: TaskState, label: string])[]>> = {
  open: [["in_progress", "Start"], ["done", "Done"]],
  in_progress: [["done", "Done"], ["open", "Put back"]],
  done: [["open", "Reopen"]],
  cancelled: [["open", "Reopen"]],
};
