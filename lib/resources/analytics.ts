import { defineResource, PROGRAMS } from "@/lib/resources/define.ts";
import { day, json } from "@/lib/resources/fields.ts";

export const analytics = [
  defineResource({
    service: "analytics",
    entity: "statistic",
    table: "statistics",
    scope: "property",
    fields: {
      day: day({ required: true, set: "create", filter: true, range: true }),
      figures: json({ fallback: {} }),
    },
    roles: { create: PROGRAMS, update: PROGRAMS, remove: PROGRAMS },
  }),
];
