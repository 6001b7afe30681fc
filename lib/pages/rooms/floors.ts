import type { ClientRecord } from "@/lib/client/collection.ts";
import { compareNaturally } from "@/lib/ui/natural_order.ts";

/** In the order in which a room goes through them. */
export const ROOM_STATES = ["vacant", "occupied", "cleaning", "out_of_order"] as const;

interface RoomRow {
  readonly record: ClientRecord;
}

export interface Floor<R> {
  /** As it is written down; "": none is. */
  readonly name: string;
  /** By number. */
  readonly rows: readonly R[];
}

export interface House<R> {
  readonly propertyId: number | null;
  /** From the ground up; rooms without a floor last. */
  readonly floors: readonly Floor<R>[];
}

/** Rooms by property and floor, in the order in which one walks through them. */
export function housesOf<R extends RoomRow>(rows: readonly R[]): readonly House<R>[] {
  const houses = Map.groupBy(rows, ({ record }) => record.propertyId);
  return [...houses].sort(([a], [b]) => (a ?? 0) - (b ?? 0)).map(([propertyId, own]) => {
    const floors = Map.groupBy(own, ({ record }) => String(record.floor ?? ""));
    return {
      propertyId,
      floors: [...floors].sort(([a], [b]) => compareFloors(a, b)).map(([name, rows]) => ({
        name,
        rows: rows.toSorted((a, b) => compareNaturally(a.record.number, b.record.number)),
      })),
    };
  });
}

/** The ground floor, by whatever letter, is below the first. */
function compareFloors(a: string, b: string): number {
  if (a === "" || b === "") return Number(a === "") - Number(b === "");
  const isGround = (name: string) => /^(g|ground|e|eg)$/i.test(name);
  return Number(isGround(b)) - Number(isGround(a)) || compareNaturally(a, b);
}

/** How many rooms are in each state. */
export function countStates(rows: readonly RoomRow[]): ReadonlyMap<string, number> {
  const groups = Map.groupBy(rows, ({ record }) => String(record.status));
  return new Map([...groups].map(([status, own]) => [status, own.length]));
}
