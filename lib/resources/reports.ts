import { defineResource, MANAGERS, PROGRAMS } from "@/lib/resources/define.ts";
import { choice, day, json } from "@/lib/resources/fields.ts";

/** Reports of one organisation that wait to be computed: whoever asks for more is to wait for these. */
export const PENDING_REPORTS_MAX = 5;

/** People ask for a report by creating it; a program fills it in. */
export const reports = [
  defineResource({
    service: "reports",
    entity: "report",
    table: "reports",
    scope: "property",
    fields: {
      kind: choice(["financial"], { fallback: "financial", set: "create", filter: true }),
      startsOn: day({ required: true, set: "create" }),
      endsOn: day({ required: true, set: "create" }),
      status: choice(["pending", "ready", "failed"], { fallback: "pending", set: "update", filter: true }),
      figures: json({ fallback: {}, set: "update" }),
    },
    roles: { create: MANAGERS, update: PROGRAMS, remove: MANAGERS },
    actions: ["ready", "failed"],
    quota: { field: "status", value: "pending", max: PENDING_REPORTS_MAX },
  }),
];
