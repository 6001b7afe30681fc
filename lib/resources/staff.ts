import { defineResource, EVERYONE, MANAGERS } from "@/lib/resources/define.ts";
import { choice, day, email, instant, reference, text } from "@/lib/resources/fields.ts";

const roles = { create: MANAGERS, update: MANAGERS, remove: MANAGERS };

export const staff = [
  defineResource({
    service: "staff",
    entity: "employee",
    table: "employees",
    scope: "property",
    search: ["name", "position", "email"],
    fields: {
      name: text({ max: 200, required: true }),
      position: text({ max: 100, fallback: "" }),
      email: email(),
      phone: text({ max: 40 }),
      status: choice(["active", "on_leave", "left"], { fallback: "active", filter: true }),
      hiredOn: day(),
    },
    roles,
  }),
  defineResource({
    service: "staff",
    entity: "schedule",
    table: "schedules",
    scope: "property",
    fields: {
      employeeId: reference("employee", { required: true, filter: true }),
      duty: text({ max: 100, fallback: "" }),
      startsAt: instant({ required: true, range: true }),
      endsAt: instant({ required: true }),
    },
    roles,
  }),
  defineResource({
    service: "staff",
    entity: "leave",
    table: "leaves",
    scope: "property",
    fields: {
      employeeId: reference("employee", { required: true, filter: true }),
      kind: choice(["annual", "sick", "unpaid", "other"], { fallback: "annual", filter: true }),
      startsOn: day({ required: true }),
      endsOn: day({ required: true }),
      status: choice(["pending", "approved", "rejected", "cancelled"], { fallback: "pending", filter: true }),
      reason: text({ max: 500, fallback: "" }),
    },
    roles: { ...roles, create: EVERYONE },
    staffSets: ["employeeId", "kind", "startsOn", "endsOn", "reason"],
  }),
];
