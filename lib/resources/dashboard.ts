import { defineResource, PROGRAMS } from "@/lib/resources/define.ts";
import { instant, json, NOW } from "@/lib/resources/fields.ts";

export const dashboard = [
  defineResource({
    service: "dashboard",
    entity: "metrics",
    table: "metrics",
    scope: "property",
    fields: { computedAt: instant({ fallback: NOW }), figures: json({ fallback: {} }) },
    roles: { create: PROGRAMS, update: PROGRAMS, remove: PROGRAMS },
  }),
];
