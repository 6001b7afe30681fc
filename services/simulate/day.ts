// What people in a hotel do, and at which hours. Each line makes one act out of what is known, or none.
import type { Dice } from "@/lib/random/dice.ts";
import { addDays } from "@/lib/derived/local_day.ts";
import type { Service } from "@/lib/protocol/services.ts";
import { inventName } from "@/services/demo/names.ts";
import type { Act } from "@/services/simulate/act.ts";
import type { Known, Mirror } from "@/services/simulate/mirror.ts";

export interface Moment {
  readonly mirror: Mirror;
  readonly dice: Dice;
  /** The day of the records, `YYYY-MM-DD`. */
  readonly today: string;
}

export interface Habit {
  readonly service: Service;
  readonly entity: string;
  /** How often, against the others. */
  readonly weight: number;
  /** Hours of the day, from and until; outside of them hardly ever. */
  readonly hours: readonly [number, number];
  /** Nothing where there is nothing to do. */
  readonly make: (moment: Moment) => Omit<Act, "service" | "entity"> | undefined;
}

const STAY_NIGHTS_MAX = 4;
/** Shares of the rooms that are taken, between which a house is kept. */
const EMPTY_SHARE = 0.5;
const BUSY_SHARE = 0.7;
const FULL_SHARE = 0.9;
/** Expenses from here on are put to somebody for approval. */
export const APPROVAL_AMOUNT = 5_000;
const REJECTED_SHARE = 0.15;

const SALES = [
  ["food", "Restaurant", 300, 4_500],
  ["rooms", "One night", 3_900, 14_500],
  [
    "spa",
    "Massage",
    1_800,
    3_500,
  ],
  ["laundry", "Laundry", 200, 900],
  ["transport", "Transfer", 1_200, 2_200],
] as const;
const COSTS = [
  ["food", "Vegetables", "Green Basket Traders", 900, 6_400],
  ["supplies", "Soap and towels", "Clean & Co.", 600, 3_100],
  ["repairs", "Air conditioning", "Cool Breeze Services", 1_500, 16_200],
] as const;
const CHORES = ["Bring towels", "Repair the shower", "Change a bulb", "Carry luggage", "Check the minibar"];
const DUTIES = ["Early desk", "Late desk", "Rooms", "Kitchen"];

export const HABITS: readonly Habit[] = [
  habit("guest", "guest", 4, [8, 22], ({ mirror, dice, today }) => {
    const propertyId = anyProperty(mirror, dice);
    if (propertyId === undefined) return undefined;
    const arrivesOn = addDays(today, dice.chance(0.6) ? 0 : dice.whole(1, 7));
    const departsOn = addDays(arrivesOn, dice.whole(1, STAY_NIGHTS_MAX));
    return created(propertyId, { name: inventName(dice), arrivesOn, departsOn });
  }),
  // Checks in where a room is ready: who is due, and in an empty house whoever comes early.
  habit("guest", "guest", 8, [12, 22], ({ mirror, dice, today }) => {
    const share = takenShare(mirror);
    const guest = share > FULL_SHARE
      ? undefined
      : one(mirror, dice, "guest", ({ status, arrivesOn }) =>
        status === "expected" &&
        (share < EMPTY_SHARE || typeof arrivesOn === "string" && arrivesOn <= today));
    if (guest === undefined) return undefined;
    const here = inHouse(mirror);
    const room = one(
      mirror,
      dice,
      "room",
      ({ id, propertyId, status }) => status === "vacant" && propertyId === guest.propertyId && !here.has(id),
    );
    return room && updated(guest, { status: "checked_in", roomId: room.id });
  }),
  // Checks out who is due, and in a full house others too: a run may be longer than their stay.
  habit("guest", "guest", 7, [7, 12], ({ mirror, dice, today }) => {
    const isFull = takenShare(mirror) > BUSY_SHARE;
    const guest = one(
      mirror,
      dice,
      "guest",
      ({ status, departsOn }) =>
        status === "checked_in" && (isFull || typeof departsOn === "string" && departsOn <= today),
    );
    return guest && updated(guest, { status: "checked_out" });
  }),
  // Rooms follow their guests.
  habit("properties", "room", 12, [0, 24], ({ mirror, dice }) => {
    const here = inHouse(mirror);
    const room = one(mirror, dice, "room", ({ id, status }) => status === "vacant" && here.has(id));
    return room && updated(room, { status: "occupied" });
  }),
  habit("properties", "room", 12, [0, 24], ({ mirror, dice }) => {
    const here = inHouse(mirror);
    const room = one(mirror, dice, "room", ({ id, status }) => status === "occupied" && !here.has(id));
    return room && updated(room, { status: "cleaning" });
  }),
  habit("properties", "room", 8, [8, 17], ({ mirror, dice }) => {
    const room = one(mirror, dice, "room", ({ status }) => status === "cleaning");
    return room && updated(room, { status: "vacant" });
  }),
  habit("tasks", "task", 5, [7, 22], ({ mirror, dice }) => {
    const room = one(mirror, dice, "room", () => true);
    if (room === undefined) return undefined;
    const priority = dice.pick(["low", "normal", "normal", "high", "urgent"]);
    return created(room.propertyId, { title: dice.pick(CHORES), priority, roomId: room.id });
  }),
  habit("tasks", "task", 5, [7, 23], ({ mirror, dice }) => {
    const task = one(mirror, dice, "task", ({ status }) => status === "open");
    return task && updated(task, { status: "in_progress" });
  }),
  habit("tasks", "task", 5, [7, 23], ({ mirror, dice }) => {
    const task = one(mirror, dice, "task", ({ status }) => status === "in_progress");
    return task && updated(task, { status: "done" });
  }),
  habit("finance", "revenue", 8, [7, 23], ({ mirror, dice }) => {
    const propertyId = anyProperty(mirror, dice);
    if (propertyId === undefined) return undefined;
    const [category, description, least, most] = dice.pick(SALES);
    return created(propertyId, { amount: dice.whole(least, most), category, description });
  }),
  habit("finance", "expense", 3, [7, 18], ({ mirror, dice }) => {
    const propertyId = anyProperty(mirror, dice);
    if (propertyId === undefined) return undefined;
    const [category, description, vendor, least, most] = dice.pick(COSTS);
    return created(propertyId, { amount: dice.whole(least, most), category, description, vendor });
  }),
  habit("finance", "approval", 4, [8, 19], ({ mirror, dice }) => {
    const asked = new Set(mirror.all("approval").map(({ expenseId }) => expenseId));
    const expense = one(
      mirror,
      dice,
      "expense",
      ({ id, amount }) => typeof amount === "number" && amount >= APPROVAL_AMOUNT && !asked.has(id),
    );
    return expense && created(expense.propertyId, { expenseId: expense.id });
  }),
  habit("finance", "approval", 4, [9, 19], ({ mirror, dice }) => {
    const approval = one(mirror, dice, "approval", ({ status }) => status === "pending");
    return approval && updated(approval, { status: dice.chance(REJECTED_SHARE) ? "rejected" : "approved" });
  }),
  habit("staff", "leave", 1, [9, 18], ({ mirror, dice, today }) => {
    const employee = one(mirror, dice, "employee", ({ status }) => status === "active");
    if (employee === undefined) return undefined;
    const startsOn = addDays(today, dice.whole(3, 40));
    const endsOn = addDays(startsOn, dice.whole(0, 6));
    return created(employee.propertyId, { employeeId: employee.id, startsOn, endsOn });
  }),
  habit("staff", "leave", 1, [9, 18], ({ mirror, dice }) => {
    const leave = one(mirror, dice, "leave", ({ status }) => status === "pending");
    return leave && updated(leave, { status: dice.chance(REJECTED_SHARE) ? "rejected" : "approved" });
  }),
  habit("staff", "schedule", 1, [9, 18], ({ mirror, dice, today }) => {
    const employee = one(mirror, dice, "employee", ({ status }) => status === "active");
    if (employee === undefined) return undefined;
    const day = addDays(today, dice.whole(1, 7));
    return created(employee.propertyId, {
      employeeId: employee.id,
      duty: dice.pick(DUTIES),
      startsAt: `${day}T03:00:00Z`,
      endsAt: `${day}T11:00:00Z`,
    });
  }),
];

function habit(
  service: Service,
  entity: string,
  weight: number,
  hours: readonly [number, number],
  make: Habit["make"],
): Habit {
  return { service, entity, weight, hours, make };
}

function created(propertyId: number, body: Record<string, unknown>) {
  return { verb: "create" as const, propertyId, body };
}

function updated({ id, propertyId }: Known, body: Record<string, unknown>) {
  return { verb: "update" as const, id, propertyId, body };
}

function one(
  mirror: Mirror,
  dice: Dice,
  entity: string,
  fits: (record: Known) => boolean,
): Known | undefined {
  const fitting = mirror.all(entity).filter(fits);
  return fitting.length === 0 ? undefined : dice.pick(fitting);
}

function anyProperty(mirror: Mirror, dice: Dice): number | undefined {
  return one(mirror, dice, "property", () => true)?.id;
}

/** Rooms of the guests who are checked in. */
function inHouse(mirror: Mirror): Set<unknown> {
  return new Set(
    mirror.all("guest").filter(({ status }) => status === "checked_in").map(({ roomId }) => roomId),
  );
}

function takenShare(mirror: Mirror): number {
  const rooms = mirror.all("room").length;
  return rooms === 0 ? 1 : inHouse(mirror).size / rooms;
}
