import type { Dice } from "@/lib/random/dice.ts";
import type { DemoCalendar } from "@/services/demo/calendar.ts";
import type { Hotel } from "@/services/demo/hotels.ts";
import { MONTH_DAYS, type Stay } from "@/services/demo/stays.ts";

/** Category, description, least and most in minor units. */
type Line = readonly [category: string, description: string, least: number, most: number];

const EXTRAS: readonly Line[] = [
  ["food", "Restaurant, lunch", 180_000, 520_000],
  ["food", "Restaurant, dinner", 320_000, 980_000],
  ["food", "Room service", 40_000, 160_000],
  ["spa", "Massage", 180_000, 350_000],
  ["transport", "Airport transfer", 120_000, 220_000],
  ["events", "Hall, half a day", 900_000, 1_800_000],
  ["laundry", "Laundry", 20_000, 90_000],
];
const COSTS: readonly (readonly [...Line, vendor: string])[] = [
  ["food", "Vegetables and fruit", 290_000, 840_000, "Green Basket Traders"],
  ["food", "Dairy and eggs", 140_000, 310_000, "Morning Dairy"],
  ["supplies", "Soap and towels", 260_000, 710_000, "Clean & Co."],
  ["repairs", "Air conditioning", 150_000, 620_000, "Cool Breeze Services"],
  ["utilities", "Electricity", 1_700_000, 3_600_000, "District Electricity"],
  ["laundry", "Linen, washed", 80_000, 190_000, "White Wash Laundry"],
  ["fuel", "Diesel for the generator", 90_000, 260_000, "Highway Fuels"],
  ["marketing", "Listing fee", 120_000, 400_000, "Stay Finder"],
];
/** Paid each Friday, for each room. */
const WAGES_MINOR = 900_000;
const FRIDAY = 4;
/** Expenses from this amount on are put to somebody for approval. */
const APPROVAL_MINOR = 400_000;
/** Those of the last so many days still wait. */
const WAITING_DAYS = 3;
const REJECTED_SHARE = 0.2;

interface Posting {
  readonly created_at: string;
  readonly updated_at: string;
  readonly category: string;
  readonly description: string;
  readonly amount_minor: number;
  readonly occurred_at: string;
}

export interface ExpensePosting extends Posting {
  readonly vendor: string;
  /** Status of its approval; null: it needs none. */
  readonly approval: "pending" | "approved" | "rejected" | null;
}

/** What came in: each stay on the day it ended, and what guests spent besides. In order; the known ones last, today. */
export function revenueRows(
  hotel: Hotel,
  stays: readonly Stay[],
  calendar: DemoCalendar,
  dice: Dice,
): Posting[] {
  const rows: Posting[] = [];
  const post = (category: string, description: string, amount: number, at: string) => {
    if (calendar.hasPassed(at)) rows.push(posting(category, description, amount, at));
  };
  for (const { room, kind, arrives, departs, status } of stays) {
    if (status !== "checked_out") continue;
    const nights = departs - arrives;
    const described = `${nights === 1 ? "One night" : `${nights} nights`}, room ${room}`;
    post(
      "rooms",
      described,
      nights * (hotel.rates[kind] ?? 0),
      calendar.at(departs, dice.whole(8, 11), dice.whole(0, 59)),
    );
  }
  for (let day = -MONTH_DAYS; day <= 0; day++) {
    for (let n = Math.ceil(hotel.rooms.length / dice.whole(5, 9)); n > 0; n--) {
      const [category, description, least, most] = dice.pick(EXTRAS);
      const amount = roundMinor(dice.whole(least, most));
      post(category, description, amount, calendar.at(day, dice.whole(9, 22), dice.whole(0, 59)));
    }
  }
  rows.sort((a, b) => a.occurred_at < b.occurred_at ? -1 : 1);
  const now = new Date(calendar.now).toISOString();
  return [
    ...rows,
    ...hotel.revenues.map(([category, described, amount]) => posting(category, described, amount, now)),
  ];
}

export function expenseRows(hotel: Hotel, calendar: DemoCalendar, dice: Dice): ExpensePosting[] {
  const rows: ExpensePosting[] = [];
  const wages = WAGES_MINOR * hotel.rooms.length;
  for (let day = -MONTH_DAYS; day <= 0; day++) {
    const noon = calendar.at(day, 12);
    if ((calendar.weekday + day + MONTH_DAYS) % 7 === FRIDAY && calendar.hasPassed(noon)) {
      rows.push({ ...posting("wages", "Wages of the week", wages, noon), vendor: "", approval: "approved" });
    }
    for (let n = dice.whole(0, hotel.rooms.length > 12 ? 3 : 2); n > 0; n--) {
      const [category, description, least, most, vendor] = dice.pick(COSTS);
      const amount = roundMinor(dice.whole(least, most));
      const at = calendar.at(day, dice.whole(7, 18), dice.whole(0, 59));
      if (!calendar.hasPassed(at)) continue;
      rows.push({
        ...posting(category, description, amount, at),
        vendor,
        approval: approvalOf(amount, day, dice),
      });
    }
  }
  rows.sort((a, b) => a.occurred_at < b.occurred_at ? -1 : 1);
  const now = new Date(calendar.now).toISOString();
  const known = hotel.expenses.map(([category, described, amount]) => {
    return { ...posting(category, described, amount, now), vendor: "", approval: "pending" as const };
  });
  return [...rows, ...known];
}

function approvalOf(amount: number, day: number, dice: Dice): ExpensePosting["approval"] {
  if (amount < APPROVAL_MINOR) return null;
  if (day > -WAITING_DAYS) return "pending";
  return dice.chance(REJECTED_SHARE) ? "rejected" : "approved";
}

function posting(category: string, description: string, amount_minor: number, at: string): Posting {
  return { created_at: at, updated_at: at, category, description, amount_minor, occurred_at: at };
}

/** To a whole five of the major unit, as prices are. */
function roundMinor(amount: number): number {
  return Math.max(500, Math.round(amount / 500) * 500);
}
