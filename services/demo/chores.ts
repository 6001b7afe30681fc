import type { Dice } from "@/lib/random/dice.ts";
import type { DemoCalendar } from "@/services/demo/calendar.ts";
import type { Hotel } from "@/services/demo/hotels.ts";
import { MONTH_DAYS } from "@/services/demo/stays.ts";

const TITLES = [
  "Change the bulb in the corridor",
  "Deep clean",
  "Repair the shower",
  "Count the minibar",
  "Turn the mattress",
  "Water the terrace plants",
  "Call the lift company",
  "Replace the remote control",
  "Check the smoke detector",
  "Bring an extra bed",
];
const PRIORITIES = ["low", "normal", "normal", "normal", "high"];
/** Tasks of one hotel that have yet to be done. */
const WAITING = ["open", "open", "in_progress", "open", "in_progress"] as const;
const CANCELLED_SHARE = 0.08;

/** A row of `tasks` but for the head; `employee` counts from 0, `room` is a number. */
export interface Chore {
  readonly created_at: string;
  readonly updated_at: string;
  readonly title: string;
  readonly description: string;
  readonly status: string;
  readonly priority: string;
  readonly employee: number | null;
  readonly room: string | null;
  readonly due_at: string | null;
}

/** The known ones first, then a month of done ones, then those that wait; in the order they were made. */
export function taskRows(hotel: Hotel, calendar: DemoCalendar, dice: Dice): Chore[] {
  const chore = (day: number, status: string, rest: Partial<Chore> = {}): Chore => {
    const made = calendar.past(day, dice.whole(6, 20), dice.whole(0, 59));
    const finished = calendar.past(day, 23, dice.whole(0, 59));
    const isOver = status === "done" || status === "cancelled";
    return {
      created_at: made,
      updated_at: isOver && finished > made ? finished : made,
      title: dice.pick(TITLES),
      description: "",
      status,
      priority: dice.pick(PRIORITIES),
      employee: dice.whole(0, hotel.employees.length - 1),
      room: dice.pick(hotel.rooms)[0],
      due_at: isOver ? null : calendar.at(dice.whole(0, 3), 18),
      ...rest,
    };
  };
  const known = hotel.tasks.map(([title, priority]) => {
    return chore(0, "open", { title, priority, employee: null, room: null, due_at: null });
  });
  const over: Chore[] = [];
  for (let day = -MONTH_DAYS; day <= 0; day++) {
    for (let n = dice.whole(0, hotel.rooms.length > 12 ? 2 : 1); n > 0; n--) {
      over.push(chore(day, dice.chance(CANCELLED_SHARE) ? "cancelled" : "done"));
    }
  }
  const waiting = WAITING.map((status, n) => chore(-n, status));
  const pressing = [
    chore(-2, "open", {
      title: "Water in the lobby ceiling",
      priority: "urgent",
      due_at: calendar.at(-1, 18),
    }),
    chore(-1, "in_progress", { title: "Collect the fire extinguishers", due_at: calendar.at(-1, 12) }),
  ];
  return [
    ...known,
    ...[...over, ...waiting, ...pressing].toSorted((a, b) => a.created_at < b.created_at ? -1 : 1),
  ];
}
