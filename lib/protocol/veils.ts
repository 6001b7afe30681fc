import type { Service } from "@/lib/protocol/services.ts";

/** A record of which a part belongs to another service than the record does. */
export interface Veil {
  /** Who may not see this service sees the rest only. */
  readonly service: Service;
  /** The field that holds both, an object. */
  readonly field: string;
  /** What is for everyone: a name that is added later is veiled until it is put here. */
  readonly open: ReadonlySet<string>;
}

const VEILS: Readonly<Record<string, Veil>> = {
  // Staff see the dashboard, and not what the house earns.
  "dashboard.metrics": {
    service: "finance",
    field: "figures",
    open: new Set([
      "day",
      "validUntil",
      "roomsTotal",
      "roomsOccupied",
      "roomsVacant",
      "roomsCleaning",
      "roomsOutOfOrder",
      "occupancyPercent",
      "arrivalsToday",
      "arrivalsDone",
      "departuresToday",
      "departuresDone",
      "inHouse",
      "openTasks",
      "urgentTasks",
      "overdueTasks",
    ]),
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
export function veiled<T extends Data>(data: T, { field, open }: Veil): T {
  const held = data[field];
  if (typeof held !== "object" || held === null) return data;
  const left = Object.entries(held).filter(([name]) => open.has(name));
  return { ...data, [field]: Object.fromEntries(left) };
}
