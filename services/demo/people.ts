import type { Dice } from "@/lib/random/dice.ts";
import type { DemoCalendar } from "@/services/demo/calendar.ts";
import type { Hotel } from "@/services/demo/hotels.ts";

const WEEK_DAYS = 7;
const HOURS: Readonly<Record<string, readonly (readonly [duty: string, from: number, to: number])[]>> = {
  "Front desk": [["Early desk", 7, 15], ["Late desk", 15, 23]],
  "Night desk": [["Night desk", 23, 31]],
  Housekeeping: [["Rooms", 8, 16]],
  Kitchen: [["Breakfast and lunch", 6, 14], ["Dinner", 14, 22]],
  Restaurant: [["Lunch", 11, 17], ["Dinner", 16, 23]],
};
const OTHER_HOURS = [["Day", 9, 17]] as const;

/** Rows of `employees`, but for the head. One of them is on leave. */
export function employeeRows(hotel: Hotel, calendar: DemoCalendar, dice: Dice) {
  return hotel.employees.map(([name, position], n) => ({
    name,
    position,
    email: `${name.split(" ", 1)[0]!.toLowerCase()}@example.com`,
    phone: `+91 00000 ${dice.whole(10_000, 99_999)}`,
    status: isAway(n) ? "on_leave" : "active",
    hired_on: calendar.day(-dice.whole(60, 2_000)),
  }));
}

/** Shifts of this week, Monday to Sunday: `employee` counts from 0. */
export function scheduleRows(hotel: Hotel, calendar: DemoCalendar) {
  return hotel.employees.flatMap(([, position], employee) => {
    if (isAway(employee)) return [];
    const free = employee % WEEK_DAYS;
    const shifts = HOURS[position] ?? OTHER_HOURS;
    return Array.from({ length: WEEK_DAYS }, (_, day) => day).filter((day) => day !== free).map((day) => {
      const [duty, from, to] = shifts[(employee + day) % shifts.length]!;
      const offset = day - calendar.weekday;
      return { employee, duty, starts_at: calendar.at(offset, from), ends_at: calendar.at(offset, to) };
    });
  });
}

/** Requests in every state: `employee` counts from 0. */
export function leaveRows(hotel: Hotel, calendar: DemoCalendar) {
  const row = (
    employee: number,
    kind: string,
    first: number,
    days: number,
    status: string,
    reason: string,
  ) => ({
    employee: employee % hotel.employees.length,
    kind,
    starts_on: calendar.day(first),
    ends_on: calendar.day(first + days - 1),
    status,
    reason,
  });
  return [
    row(1, "sick", -20, 2, "approved", "Fever"),
    row(3, "annual", -12, 1, "rejected", "The house is full that day"),
    row(4, "other", 3, 1, "cancelled", "Moved to another week"),
    row(5, "annual", -2, 6, "approved", "Family visit"),
    row(0, "annual", 9, 4, "pending", "Wedding in the family"),
    row(2, "annual", 16, 5, "pending", ""),
    row(1, "unpaid", 30, 10, "pending", "Travel"),
  ];
}

/** The one whose approved leave covers today. */
function isAway(employee: number): boolean {
  return employee === 5;
}
