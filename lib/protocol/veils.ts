import type { Service } from "@/lib/protocol/services.ts";

/** Parts of a record that belong to another service than the record does. */
export interface Veil {
  /** Who may not see this service does not see them. */
  readonly service: Service;
  /** The field that holds them, an object. */
  readonly field: string;
  readonly names: readonly string[];
}

const VEILS: Readonly<Record<string, Veil>> = {
  // Staff see the dashboard, and not what the house earns.
  "dashboard.metrics": {
    service: "finance",
    field: "figures",
    names: ["revenueToday", "expenseToday", "otherCurrencies", "pendingApprovals"],
  },
};

/** The services that something is veiled for. */
export const VEILING: readonly Service[] = [...new Set(Object.values(VEILS).map(({ service }) => service))];

type Data = Readonly<Record<string, unknown>>;

/** The veil over records of this entity; undefined where there is none. */
export function veilOf(service: Service, entity: string): Veil | undefined {
  return VEILS[`${service}.${entity}`];
}

/** The same data without what the veil covers. */
export function veiled<T extends Data>(data: T, { field, names }: Veil): T {
  const held = data[field];
  if (typeof held !== "object" || held === null) return data;
  const left = Object.entries(held).filter(([name]) => !names.includes(name));
  return { ...data, [field]: Object.fromEntries(left) };
}
