import { page } from "fresh";
import TasksPage from "@/islands/TasksPage.tsx";
import { BOARD_STATES, type TaskState } from "@/lib/pages/tasks/board.ts";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

/** What is to be done is shown whole; of what is over, the latest. */
const MANY = 200;
const OVER_SHOWN = 20;

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "tasks");
    if (reading instanceof Response) return reading;
    const asked = ctx.url.searchParams.get("column");
    const column = BOARD_STATES.find((state) => state === asked) ?? "open";
    const tasks = (status: TaskState, limit: number) => reading.list("task", { filters: { status }, limit });
    const [open, in_progress, done, cancelled, employees, rooms] = await Promise.all([
      tasks("open", MANY),
      tasks("in_progress", MANY),
      tasks("done", OVER_SHOWN),
      tasks("cancelled", OVER_SHOWN),
      reading.list("employee", { limit: MANY, order: "asc" }),
      reading.list("room", { limit: MANY, order: "asc" }),
    ]);
    const pages = { open, in_progress, done, cancelled };
    return page({ pages, employees, rooms, column, frame: await reading.frame() });
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Tasks" frame={data.frame} styles="tasks" />
    <TasksPage {...data} />
  </>
));
