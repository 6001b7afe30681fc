import type { FieldSpec, Option } from "@/lib/ui/field_spec.ts";

/** What hotels usually call them; anything else can be typed. */
const REVENUE_CATEGORIES = ["rooms", "food", "events", "spa", "transport", "other"];
const EXPENSE_CATEGORIES = ["supplies", "food", "repairs", "energy", "wages", "marketing", "other"];

export type EntryKind = "revenue" | "expense";

export function categoriesOf(kind: EntryKind): readonly string[] {
  return kind === "revenue" ? REVENUE_CATEGORIES : EXPENSE_CATEGORIES;
}

/** The form of a revenue or an expense. `currency` stands first among all there are. */
export function entryFields(kind: EntryKind, currency: string): readonly FieldSpec[] {
  const vendor: FieldSpec = { name: "vendor", label: "Paid to", kind: "text", half: true };
  return [
    { name: "amount", label: "Amount", kind: "amount", half: true },
    { name: "currency", label: "Currency", kind: "choice", options: currencies(currency), half: true },
    { name: "description", label: "Description", kind: "text" },
    {
      name: "category",
      label: "Category",
      kind: "text",
      options: categoriesOf(kind).map((value) => ({ value, label: value })),
      half: true,
    },
    ...(kind === "expense" ? [vendor] : []),
    { name: "occurredAt", label: kind === "revenue" ? "Received" : "Paid", kind: "moment", half: true },
  ];
}

function currencies(first: string): readonly Option[] {
  const codes = Intl.supportedValuesOf("currency").filter((code) => code !== first);
  return [first, ...codes].map((code) => ({ value: code, label: code }));
}
