import { defineResource, MANAGERS } from "@/lib/resources/define.ts";
import { choice, color, text, webAddress } from "@/lib/resources/fields.ts";

export const branding = [
  defineResource({
    service: "branding",
    entity: "theme",
    table: "themes",
    scope: "either",
    fields: {
      name: text({ max: 100, required: true }),
      primaryColor: color({ fallback: "#1f6feb" }),
      accentColor: color({ fallback: "#f59e0b" }),
      logoUrl: webAddress(),
      mode: choice(["light", "dark", "system"], { fallback: "system" }),
    },
    roles: { create: MANAGERS, update: MANAGERS, remove: MANAGERS },
  }),
];
