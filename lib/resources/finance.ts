import { defineResource, MANAGERS } from "@/lib/resources/define.ts";
import {
  amount,
  choice,
  currency,
  HOME_CURRENCY,
  instant,
  NOW,
  reference,
  text,
} from "@/lib/resources/fields.ts";

const roles = { create: MANAGERS, update: MANAGERS, remove: MANAGERS };

/** Amount in major units; without a currency it is the organisation's. */
const money = {
  amount: amount({ required: true }),
  currency: currency({ fallback: HOME_CURRENCY, filter: true }),
  category: text({ min: 1, max: 60, fallback: "other", filter: true }),
  description: text({ max: 500, fallback: "" }),
  occurredAt: instant({ fallback: NOW }),
};

export const finance = [
  defineResource({
    service: "finance",
    entity: "revenue",
    table: "revenues",
    scope: "property",
    search: ["category", "description"],
    fields: money,
    roles,
  }),
  defineResource({
    service: "finance",
    entity: "expense",
    table: "expenses",
    scope: "property",
    search: ["category", "description", "vendor"],
    fields: { ...money, vendor: text({ max: 200, fallback: "" }) },
    roles,
  }),
  defineResource({
    service: "finance",
    entity: "approval",
    table: "approvals",
    scope: "property",
    fields: {
      expenseId: reference("expense", { required: true, set: "create", filter: true }),
      status: choice(["pending", "approved", "rejected"], { fallback: "pending", filter: true }),
      note: text({ max: 500, fallback: "" }),
    },
    roles,
  }),
];
