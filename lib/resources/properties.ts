import { defineResource, EVERYONE, MANAGERS } from "@/lib/resources/define.ts";
import { choice, text, timezone, whole } from "@/lib/resources/fields.ts";

export const properties = [
  defineResource({
    service: "properties",
    entity: "property",
    table: "properties",
    scope: "self",
    search: ["name", "address"],
    fields: {
      name: text({ max: 200, required: true }),
      address: text({ max: 500, fallback: "" }),
      timezone: timezone({ fallback: "Asia/Kolkata" }),
    },
    roles: { create: ["admin"], update: MANAGERS, remove: ["admin"] },
  }),
  defineResource({
    service: "properties",
    entity: "room",
    table: "rooms",
    scope: "property",
    search: ["number", "kind"],
    fields: {
      number: text({ max: 20, required: true, filter: true }),
      kind: text({ min: 1, max: 60, fallback: "standard", filter: true }),
      floor: text({ max: 20, fallback: "" }),
      capacity: whole({ min: 1, max: 100, fallback: 2 }),
      status: choice(["vacant", "occupied", "cleaning", "out_of_order"], {
        fallback: "vacant",
        filter: true,
      }),
    },
    roles: { create: MANAGERS, update: EVERYONE, remove: MANAGERS },
    staffSets: ["status"],
  }),
];
