import { defineResource, PROGRAMS } from "@/services/resources/define.ts";
import { day, json } from "@/services/resources/fields.ts";

export const analytics = [
  defineResource({
    service: "analytics",
    entity: "statistic",
    table: "statistics",
    scope: "property",
    fields: { day: day({ required: true, set: "create", filter: true }), figures: json({ fallback: {} }) },
    roles: { create: PROGRAMS, update: PROGRAMS, remove: PROGRAMS },
  }),
];
