import { defineResource, PROGRAMS } from "@/lib/resources/define.ts";
import { day, json } from "@/lib/resources/fields.ts";

export const analytics = [
  defineResource({
    service: "analytics",
    entity: "statistic",
    table: "statistics",
    scope: "property",
    fields: { day: day({ required: true, set: "create", filter: true }), figures: json({ fallback: {} }) },
    since: "day",
    roles: { create: PROGRAMS, update: PROGRAMS, remove: PROGRAMS },
  }),
];
