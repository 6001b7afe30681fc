import type { Dice } from "@/lib/random/dice.ts";
import type { DemoCalendar } from "@/services/demo/calendar.ts";
import type { Hotel } from "@/services/demo/hotels.ts";
import { inventName, WIDE_NAMES } from "@/services/demo/names.ts";

/** How far back the demo goes, in days. */
export const MONTH_DAYS = 35;
/** How far ahead rooms are booked. */
const AHEAD_DAYS = 10;
const NIGHTS_MAX = 5;
/** Days that a room stays empty between two guests. */
const GAP_DAYS_MAX = 2;
/** Everybody who arrives today, or leaves, has done so by chance; those known by name have not arrived yet. */
const DONE_SHARE = 0.5;
const CANCELLED_SHARE = 0.04;
/** One room of so many is out of order. */
const OUT_OF_ORDER_EVERY = 12;

export interface Stay {
  readonly name: string;
  readonly room: string;
  readonly kind: string;
  /** Days from today. */
  readonly arrives: number;
  readonly departs: number;
  readonly status: "expected" | "checked_in" | "checked_out" | "cancelled";
}

export interface Booked {
  /** In the order of their arrival, those known by name last. */
  readonly stays: readonly Stay[];
  /** Status by number. */
  readonly rooms: ReadonlyMap<string, string>;
}

/** A month of guests in each room, and some to come; nobody arrives before the guest of before has left. */
export function bookRooms(hotel: Hotel, dice: Dice): Booked {
  const invented: Stay[] = [];
  const known: Stay[] = [];
  const broken = new Set(hotel.rooms.filter((_, n) => n % OUT_OF_ORDER_EVERY === OUT_OF_ORDER_EVERY - 1));
  const names = [...WIDE_NAMES];
  for (const one of hotel.rooms) {
    const [room, kind] = one;
    const guest = hotel.guests.find((known) => known.room === room);
    if (guest !== undefined) {
      known.push({ ...guest, kind, status: guest.arrives < 0 ? "checked_in" : "expected" });
    }
    // A broken room has had guests until last week; that of a known guest is free when the guest comes.
    const end = broken.has(one) ? -7 : guest?.arrives ?? AHEAD_DAYS;
    let arrives = -MONTH_DAYS + dice.whole(0, GAP_DAYS_MAX);
    let taken = false;
    for (;;) {
      const departs = arrives + dice.whole(1, NIGHTS_MAX);
      if (departs > end) break;
      const status: Stay["status"] = taken ? "expected" : statusOf(arrives, departs, dice);
      taken ||= status === "checked_in";
      const isHere = status === "checked_in" || status === "expected";
      const name = isHere && names.length > 0 ? names.shift()! : inventName(dice);
      invented.push({ name, room, kind, arrives, departs, status });
      arrives = departs + dice.whole(0, GAP_DAYS_MAX);
    }
  }
  const stays = [...invented.toSorted((a, b) => a.arrives - b.arrives), ...known];
  const rooms = new Map(
    hotel.rooms.map((one) => [one[0], broken.has(one) ? "out_of_order" : roomStatus(one[0], stays)]),
  );
  return { stays, rooms };
}

function statusOf(arrives: number, departs: number, dice: Dice): Stay["status"] {
  if (dice.chance(CANCELLED_SHARE)) return "cancelled";
  if (departs < 0) return "checked_out";
  if (departs === 0) return dice.chance(DONE_SHARE) ? "checked_out" : "checked_in";
  if (arrives < 0) return "checked_in";
  return arrives === 0 && dice.chance(DONE_SHARE) ? "checked_in" : "expected";
}

function roomStatus(room: string, stays: readonly Stay[]): string {
  const own = stays.filter((stay) => stay.room === room);
  if (own.some(({ status }) => status === "checked_in")) return "occupied";
  return own.some(({ status, departs }) => status === "checked_out" && departs === 0) ? "cleaning" : "vacant";
}

/** Rows of `guests`, but for the head and the id of the room. */
export function guestRows(stays: readonly Stay[], calendar: DemoCalendar, dice: Dice) {
  return stays.map(({ name, room, arrives, departs, status }) => {
    const booked = calendar.past(arrives - dice.whole(1, 14), dice.whole(8, 21), dice.whole(0, 59));
    const changed = status === "checked_out"
      ? calendar.past(departs, dice.whole(8, 11), dice.whole(0, 59))
      : status === "checked_in"
      ? calendar.past(arrives, dice.whole(13, 19), dice.whole(0, 59))
      : booked;
    return {
      created_at: booked,
      updated_at: changed < booked ? booked : changed,
      name,
      email: dice.chance(0.6) ? `guest${dice.whole(100, 999)}@example.com` : null,
      phone: dice.chance(0.7) ? `+91 00000 ${dice.whole(10_000, 99_999)}` : null,
      room,
      status,
      arrives_on: calendar.day(arrives),
      departs_on: calendar.day(departs),
      notes: dice.chance(0.15) ? dice.pick(NOTES) : "",
    };
  });
}

const NOTES = [
  "Arrives late, after 22:00",
  "Vegetarian, no onion and garlic",
  "Needs a cot",
  "Celebrates a birthday",
  "Quiet room, away from the lift",
  "Airport pick-up asked for",
];
