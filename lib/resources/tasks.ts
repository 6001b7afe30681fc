import { defineResource, EVERYONE, MANAGERS } from "@/lib/resources/define.ts";
import { choice, instant, reference, text } from "@/lib/resources/fields.ts";

export const tasks = [
  defineResource({
    service: "tasks",
    entity: "task",
    table: "tasks",
    scope: "property",
    search: ["title", "description"],
    fields: {
      title: text({ max: 200, required: true }),
      description: text({ max: 4000, fallback: "" }),
      status: choice(["open", "in_progress", "done", "cancelled"], { fallback: "open", filter: true }),
      priority: choice(["low", "normal", "high", "urgent"], { fallback: "normal", filter: true }),
      assigneeId: reference("employee", { filter: true }),
      roomId: reference("room", { filter: true }),
      dueAt: instant(),
    },
    roles: { create: EVERYONE, update: EVERYONE, remove: MANAGERS },
  }),
];
