import { ROLES } from "@/lib/auth/principal.ts";
import { defineResource } from "@/lib/resources/define.ts";
import { choice, email, flag, propertyList, text } from "@/lib/resources/fields.ts";

export const users = [
  defineResource({
    service: "users",
    entity: "user",
    table: "users",
    scope: "organisation",
    search: ["name", "login", "email"],
    fields: {
      login: text({ max: 128, required: true, set: "create", filter: true }),
      name: text({ max: 200, required: true }),
      email: email(),
      role: choice(ROLES, { required: true, filter: true }),
      properties: propertyList({ required: true }),
      active: flag({ fallback: true, filter: true }),
    },
    roles: { create: ["admin"], update: ["admin"], remove: ["admin"] },
  }),
];
