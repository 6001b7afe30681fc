import type { ComponentChildren } from "preact";
import { Employees } from "@/lib/pages/staff/employees.tsx";
import { Leaves } from "@/lib/pages/staff/leaves.tsx";
import { Schedules } from "@/lib/pages/staff/schedules.tsx";
import type { RecordPage } from "@/lib/client/collection.ts";
import { PageHead } from "@/lib/ui/page_head.tsx";
import { useRecords } from "@/lib/ui/use_records.ts";
import { Views } from "@/lib/ui/views.tsx";

export const STAFF_VIEWS = ["employees", "schedules", "leave"] as const;
export type StaffView = typeof STAFF_VIEWS[number];

/** What the page of staff is given. Plain JSON. */
export interface StaffData {
  readonly view: StaffView;
  readonly employees: RecordPage;
  /** Of the week. */
  readonly schedules: RecordPage;
  readonly leaves: RecordPage;
  /** Requests that wait for an answer. */
  readonly pending: RecordPage;
  /** Monday of the week that is shown, and the day of it that a phone shows. */
  readonly monday: string;
  readonly day: string;
}

/** The people who work here: who they are, when they work, and when they are away. */
export function Staff({ view, employees, schedules, leaves, pending, monday, day }: StaffData) {
  const head = (actions: ComponentChildren) => (
    <>
      <PageHead title="Staff">{actions}</PageHead>
      <StaffViews view={view} pending={pending} />
    </>
  );
  switch (view) {
    case "employees":
      return <Employees first={employees} head={head} />;
    case "schedules":
      return (
        <Schedules
          first={schedules}
          employees={employees}
          leaves={leaves}
          monday={monday}
          day={day}
          head={head}
        />
      );
    case "leave":
      return <Leaves first={leaves} employees={employees} head={head} />;
  }
}

function StaffViews({ view, pending }: Pick<StaffData, "view" | "pending">) {
  const { rows } = useRecords("leave", { first: pending, filter: { status: "pending" } });
  return (
    <Views
      path="/staff"
      current={view}
      views={[
        { name: "employees", label: "Employees" },
        { name: "schedules", label: "Schedules" },
        { name: "leave", label: "Leave requests", count: rows.length },
      ]}
    />
  );
}
