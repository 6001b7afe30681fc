import { useState } from "preact/hooks";
import { BOARD_STATES, type TaskState } from "@/lib/pages/tasks/board.ts";
import { TaskColumn } from "@/lib/pages/tasks/task_column.tsx";
import { MOVED_WORDS, STATE_WORDS } from "@/lib/pages/tasks/state_words.ts";
import { employeeOptions, PRIORITY_OPTIONS, taskFields } from "@/lib/pages/tasks/task_fields.ts";
import { type BoardPages, useBoard } from "@/lib/pages/tasks/use_board.ts";
import { useFocusAfter } from "@/lib/pages/tasks/use_focus_after.ts";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { Chip } from "@/lib/ui/chip.tsx";
import { FilterSelect } from "@/lib/ui/filter_select.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { PageHead } from "@/lib/ui/page_head.tsx";
import { hrefOf } from "@/lib/ui/pages.ts";
import { SearchField } from "@/lib/ui/search_field.tsx";
import { softLink } from "@/lib/ui/soft_link.ts";
import { Failed } from "@/lib/ui/states.tsx";
import { useAll } from "@/lib/ui/use_all.ts";
import { useEditor } from "@/lib/ui/use_editor.tsx";
import { useLate } from "@/lib/ui/use_late.ts";
import { useRecords } from "@/lib/ui/use_records.ts";

/** What the page of tasks is given. Plain JSON. */
export interface TasksData {
  readonly pages: BoardPages;
  readonly employees: RecordPage;
  readonly rooms: RecordPage;
  /** The column that a phone shows. */
  readonly column: TaskState;
}

/** What is to be done, as a board: open, in progress, done; what was cancelled is folded away. */
export function Tasks({ pages, employees, rooms, column }: TasksData) {
  const { may, propertyId, data: { services } } = useFrame();
  const [query, search] = useState("");
  const asking = useLate(query.trim());
  const [assigneeId, assign] = useState("");
  const [priority, press] = useState("");
  const [shown, show] = useState(column);
  const board = useBoard(pages, {
    ...(asking !== "" && { q: asking }),
    ...(assigneeId !== "" && { assigneeId }),
    ...(priority !== "" && { priority }),
  });
  const staff = useRecords("employee", { first: employees, order: "asc" });
  const places = useRecords("room", { first: rooms, order: "asc" });
  useAll(staff);
  useAll(places);
  const people = staff.rows.map(({ record }) => record);
  const houses = places.rows.map(({ record }) => record);
  const editor = useEditor({
    entity: "task",
    noun: "task",
    records: board.tasks,
    fields: taskFields(people, houses),
  });
  const focusAfter = useFocusAfter();
  const move = (record: ClientRecord, to: TaskState) => {
    focusAfter(record.id);
    void editor.change(record, { status: to }, `${MOVED_WORDS[to]}: ${record.title}`);
  };
  const failed = BOARD_STATES.find((state) => {
    return board.lists[state].state === "failed" && board.columns[state].length === 0;
  });
  const tools = {
    board,
    move,
    edit: editor.edit,
    nameOf: (id: unknown) => people.find((one) => one.id === id)?.name,
    roomOf: (id: unknown) => houses.find((one) => one.id === id)?.number,
    isNarrowed: query !== "" || assigneeId !== "" || priority !== "",
  };
  return (
    <>
      <PageHead title="Tasks">
        {may("task", "create") && (
          <button
            type="button"
            class="button button-main script-only"
            data-new
            onClick={() => editor.create()}
          >
            <Icon name="plus" />Add task
          </button>
        )}
      </PageHead>
      <div class="toolbar">
        <SearchField label="Search tasks" value={query} onChange={search} />
        {services.includes("staff") && (
          <FilterSelect
            label="Who does it"
            value={assigneeId}
            all="Everybody"
            options={employeeOptions(
              people.filter((one) => propertyId === null || one.propertyId === propertyId),
            )}
            onChange={assign}
          />
        )}
        <FilterSelect
          label="Priority"
          value={priority}
          all="All priorities"
          options={PRIORITY_OPTIONS}
          onChange={press}
        />
      </div>
      <nav class="choices board-choices" aria-label="Column">
        {BOARD_STATES.map((state) => (
          <a
            key={state}
            class="choice"
            aria-current={state === shown ? "true" : undefined}
            {...softLink(hrefOf("/tasks", propertyId, { column: state }), () => show(state))}
          >
            {STATE_WORDS[state]}
            <span class="choice-count">{board.columns[state].length}</span>
          </a>
        ))}
      </nav>
      {failed !== undefined && (
        <div class="card">
          <Failed
            what="Tasks could not be loaded"
            problem={board.lists[failed].problem}
            onRetry={() => BOARD_STATES.forEach((state) => board.lists[state].reload())}
          />
        </div>
      )}
      <div class={`board board-${shown}`} data-entity="task" {...board.holding}>
        <Chip count={board.held} onClick={board.release} />
        {BOARD_STATES.map((state) => <TaskColumn key={state} state={state} {...tools} />)}
      </div>
      <details class="folded">
        <summary>Cancelled</summary>
        <TaskColumn state="cancelled" {...tools} />
      </details>
      {editor.form}
    </>
  );
}
