import type { ClientRecord } from "@/lib/client/collection.ts";
import { compareNaturally } from "@/lib/ui/natural_order.ts";

export const GUEST_VIEWS = ["arriving", "inhouse", "departed", "all"] as const;
export type GuestView = typeof GUEST_VIEWS[number];

/** The page of guests has one more, that of their documents. */
export const GUEST_PAGE_VIEWS = [...GUEST_VIEWS, "documents"] as const;
export type GuestPageView = typeof GUEST_PAGE_VIEWS[number];

/** The status that a view shows; the last one shows any. */
export const STATUS_OF: Readonly<Record<GuestView, string | null>> = {
  arriving: "expected",
  inhouse: "checked_in",
  departed: "checked_out",
  all: null,
};

/** Who comes next, or goes next, stands on top; else the list's own order counts. */
export function compareFor(
  view: GuestView,
): ((a: ClientRecord, b: ClientRecord) => number) | undefined {
  if (view !== "arriving" && view !== "inhouse") return undefined;
  const name = view === "arriving" ? "arrivesOn" : "departsOn";
  // A guest without the day comes last: "~" is behind every digit.
  const dayOf = (record: ClientRecord) => String(record[name] ?? "~");
  return (a, b) => {
    return dayOf(a) < dayOf(b) ? -1 : dayOf(a) > dayOf(b) ? 1 : compareNaturally(a.name, b.name);
  };
}

/** Whole days from one day of the calendar to another; negative where that is earlier. */
export function daysBetween(from: string, to: string): number {
  const DAY_MS = 86_400_000;
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** The day so many days after another. */
export function dayAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, "2026-11-23".length);
}

/** A day close to today in a word; undefined where the date says more. */
export function dayWord(day: string, today: string): string | undefined {
  switch (daysBetween(today, day)) {
    case 0:
      return "Today";
    case 1:
      return "Tomorrow";
    case -1:
      return "Yesterday";
    default:
      return undefined;
  }
}

/** A room as the check-in offers it. */
export interface RoomOffer {
  readonly id: number;
  readonly number: string;
  readonly kind: string;
  /** Why one might not want to take it: another guest has it booked. */
  readonly keptFor: string | null;
}

export interface OffersOf {
  readonly rooms: readonly ClientRecord[];
  readonly propertyId: number | null;
  /** Occupied ones, to join who is there; else free ones. */
  readonly isSharing: boolean;
  /** Guests who are expected by today. */
  readonly expected: readonly ClientRecord[];
  /** The guest who is to be checked in. */
  readonly guestId: number | null;
}

/** Rooms of a property that can be had now: those nobody waits for first, each of these by number. */
export function roomOffers(
  { rooms, propertyId, isSharing, expected, guestId }: OffersOf,
): readonly RoomOffer[] {
  const wanted = isSharing ? "occupied" : "vacant";
  const waiting = new Map(
    expected.filter(({ id }) => id !== guestId).map(({ roomId, name }) => [roomId, String(name)]),
  );
  const offers = rooms.filter((room) => room.propertyId === propertyId && room.status === wanted)
    .map(({ id, number, kind }) => ({
      id,
      number: String(number),
      kind: String(kind),
      keptFor: isSharing ? null : waiting.get(id) ?? null,
    }));
  return offers.toSorted((a, b) => {
    const kept = Number(a.keptFor !== null) - Number(b.keptFor !== null);
    return kept || compareNaturally(a.number, b.number);
  });
}
