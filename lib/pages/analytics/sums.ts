import type { ClientRecord } from "@/lib/client/collection.ts";
import { percent } from "@/lib/derived/figures.ts";
import { figureOf, sumOf } from "@/lib/ui/figure_of.ts";

export interface SumsParts {
  /** Records of `analytics.statistic`: at most one of each property and day. */
  readonly statistics: readonly ClientRecord[];
  /** In order; of a day without a record nothing is known to have happened. */
  readonly days: readonly string[];
  /** Rooms of a property, where that is known. */
  readonly roomsOf: (propertyId: number | null) => number | null;
  /** Of the organisation. */
  readonly currency: string;
}

/** What happened on each day, over all properties whose records are given. */
export interface DaySums {
  readonly revenue: readonly number[];
  readonly expense: readonly number[];
  readonly arrivals: readonly number[];
  readonly departures: readonly number[];
  readonly tasksCreated: readonly number[];
  readonly tasksDone: readonly number[];
  /** 0 to 100; null: before the first day that anything is known of. */
  readonly occupancy: readonly (number | null)[];
  /** Is there money in other currencies, which is in none of the sums? */
  readonly hasOthers: boolean;
}

/** Adds up the statistics of properties, day by day. */
export function daySums({ statistics, days, roomsOf, currency }: SumsParts): DaySums {
  const byDay = new Map<string, ClientRecord[]>(days.map((day) => [day, []]));
  for (const record of statistics) byDay.get(String(record.day))?.push(record);
  const shown = [...byDay.values()];
  const sums = (name: string) =>
    shown.map((records) => sumOf(records.map(({ figures }) => figureOf(figures, name))) ?? 0);
  const isHome = ({ figures }: ClientRecord) => textOf(figures, "currency") === currency;
  const money = (name: string) =>
    shown.map((records) => sumOf(records.filter(isHome).map(({ figures }) => figureOf(figures, name))) ?? 0);
  const first = shown.findIndex((records) => records.length > 0);
  const places = new Set(shown.flat().map(({ propertyId }) => propertyId));
  return {
    revenue: money("revenue"),
    expense: money("expense"),
    arrivals: sums("arrivals"),
    departures: sums("departures"),
    tasksCreated: sums("tasksCreated"),
    tasksDone: sums("tasksDone"),
    occupancy: shown.map((records, at) =>
      first < 0 || at < first ? null : occupancyOf(records, [...places].map(roomsOf))
    ),
    hasOthers: shown.flat().some((record) => !isHome(record) || hasOthers(record)),
  };
}

/** Rooms slept in, of all rooms; where the number of rooms is not known, the mean of the properties' own shares. */
function occupancyOf(records: readonly ClientRecord[], rooms: readonly (number | null)[]): number {
  const share = (record: ClientRecord) => figureOf(record.figures, "occupancyPercent") ?? 0;
  if (rooms.length === 0) return 0;
  if (rooms.length === 1) return records.reduce((sum, record) => sum + share(record), 0);
  if (rooms.every((count) => count !== null)) {
    const nights = sumOf(records.map(({ figures }) => figureOf(figures, "roomNights"))) ?? 0;
    return Math.min(100, percent(nights, rooms.reduce((sum, count) => sum + count, 0)));
  }
  return records.reduce((sum, record) => sum + share(record), 0) / rooms.length;
}

/** The mean of what is known; null where nothing is. */
export function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function hasOthers({ figures }: ClientRecord): boolean {
  return (figures as { readonly otherCurrencies?: unknown } | undefined)?.otherCurrencies !== undefined;
}

function textOf(figures: unknown, name: string): string | undefined {
  const value = (figures as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === "string" ? value : undefined;
}
