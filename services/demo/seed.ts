import { Dice } from "@/lib/random/dice.ts";
import { DemoCalendar } from "@/services/demo/calendar.ts";
import { seedChat } from "@/services/demo/chat_seed.ts";
import type { Surroundings } from "@/services/demo/chat_talk.ts";
import { taskRows } from "@/services/demo/chores.ts";
import { DEMO_ZONE, type Hotel, HOTELS, type Organisation } from "@/services/demo/hotels.ts";
import { expenseRows, revenueRows } from "@/services/demo/ledger.ts";
import { employeeRows, leaveRows, scheduleRows } from "@/services/demo/people.ts";
import { bookRooms, guestRows } from "@/services/demo/stays.ts";
import { DEMO_USERS } from "@/services/demo/users.ts";
import { connectPool, type Transaction } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";

/** Stands in `createdBy` of every seeded record. */
const SEEDED_BY = "demo-seed";
const ROOM_CAPACITY: Readonly<Record<string, number>> = { family: 4, suite: 3 };

/**
 * Puts the invented demo organisations into an empty database, with a month of use behind them; one that is there already
 * is left as it is. Chance has a fixed seed: only the days differ from one seeding to the next. Writes no events. Answers
 * a line that says what it did. `talk`: have the people talked about it?
 */
export async function seedDemo(
  ownerUrl: string,
  { now = Date.now(), talk = true }: { now?: number; talk?: boolean } = {},
): Promise<string> {
  const sql = connectPool(ownerUrl, { max: 1, applicationName: "innstream-seed" });
  try {
    const seeded: string[] = [];
    for (const [organisation, hotels] of HOTELS) {
      const fresh = await inTenant(
        sql,
        organisation.id,
        (tx) => seedOrganisation(tx, { organisation, hotels, now, talk }),
      );
      if (fresh) seeded.push(organisation.name);
    }
    return seeded.length === 0 ? "the demo data is there already" : `added ${seeded.join(" and ")}`;
  } finally {
    await sql.end();
  }
}

async function seedOrganisation(
  tx: Transaction,
  { organisation, hotels, now, talk }: {
    organisation: Organisation;
    hotels: readonly Hotel[];
    now: number;
    talk: boolean;
  },
): Promise<boolean> {
  const added = await tx`insert into organisations ${
    tx(organisation)
  } on conflict (id) do nothing returning id`;
  if (added.length === 0) return false;
  const head = { org_id: organisation.id, created_by: SEEDED_BY };
  const people = DEMO_USERS.filter(({ orgId }) => orgId === organisation.id).map((user) => ({
    ...head,
    login: user.userId,
    name: user.name,
    role: user.role,
    properties: user.properties === "*" ? null : [...user.properties],
    active: true,
  }));
  await tx`insert into users ${tx(people)}`;
  const theme = {
    name: organisation.name,
    primary_color: "#14532d",
    accent_color: "#f59e0b",
    mode: "system",
  };
  await tx`insert into themes ${tx({ ...head, ...theme })}`;
  const calendar = new DemoCalendar(now, DEMO_ZONE);
  const seeded = new Map<number, { hotel: Hotel; about: Surroundings }>();
  for (const hotel of hotels) {
    seeded.set(hotel.property.id, { hotel, about: await seedHotel(tx, organisation, hotel, calendar) });
  }
  if (talk) await seedChat(tx, organisation.id, seeded, calendar);
  return true;
}

/** Answers what people can talk about. */
async function seedHotel(
  tx: Transaction,
  { id: orgId, currency }: Organisation,
  hotel: Hotel,
  calendar: DemoCalendar,
): Promise<Surroundings> {
  const { property } = hotel;
  await tx`insert into properties ${
    tx({ ...property, org_id: orgId, timezone: DEMO_ZONE, created_by: SEEDED_BY })
  }`;
  const dice = new Dice(orgId * 1_000 + property.id);
  const head = { org_id: orgId, property_id: property.id, created_by: SEEDED_BY };
  const insert = async (table: string, rows: readonly object[]): Promise<number[]> => {
    const values = rows.map((row) => ({ ...head, ...row }));
    const numbered = await tx<{ id: number }[]>`insert into ${tx(table)} ${tx(values)} returning id`;
    return numbered.map(({ id }) => id);
  };
  const { stays, rooms } = bookRooms(hotel, dice);
  const roomIds = await insert(
    "rooms",
    hotel.rooms.map(([number, kind, floor]) => {
      return { number, kind, floor, capacity: ROOM_CAPACITY[kind] ?? 2, status: rooms.get(number) };
    }),
  );
  const roomOf = new Map(hotel.rooms.map(([number], n) => [number, roomIds[n]]));
  const place = (number: string | null) => number === null ? null : roomOf.get(number) ?? null;
  const guests = guestRows(stays, calendar, dice);
  const guestIds = await insert(
    "guests",
    guests.map(({ room, ...row }) => ({ ...row, room_id: place(room) })),
  );
  const employees = await insert("employees", employeeRows(hotel, calendar, dice));
  const person = (employee: number | null) => employee === null ? null : employees[employee] ?? null;
  const ofPerson = ({ employee, ...row }: { employee: number }) => ({
    ...row,
    employee_id: person(employee),
  });
  await insert("schedules", scheduleRows(hotel, calendar).map(ofPerson));
  await insert("leaves", leaveRows(hotel, calendar).map(ofPerson));
  const tasks = taskRows(hotel, calendar, dice);
  const taskIds = await insert(
    "tasks",
    tasks.map(({ employee, room, ...row }) => {
      return { ...row, assignee_id: person(employee), room_id: place(room) };
    }),
  );
  await insert("revenues", revenueRows(hotel, stays, calendar, dice).map((row) => ({ ...row, currency })));
  const expenses = expenseRows(hotel, calendar, dice);
  const expenseIds = await insert(
    "expenses",
    expenses.map(({ approval: _, ...row }) => ({ ...row, currency })),
  );
  await insert(
    "approvals",
    expenses.flatMap(({ approval, created_at }, n) => {
      const note = approval === "rejected" ? "Ask for a second offer" : "";
      return approval === null ? [] : [{ expense_id: expenseIds[n], status: approval, note, created_at }];
    }),
  );
  return {
    rooms: hotel.rooms.map(([number], n) => ({ id: roomIds[n]!, number })),
    guests: guests.flatMap(({ name, room, status }, n) => {
      return status === "checked_in" ? [{ id: guestIds[n]!, name, room }] : [];
    }),
    tasks: tasks.flatMap(({ title, status }, n) => {
      return status === "open" || status === "in_progress" ? [{ id: taskIds[n]!, title }] : [];
    }),
  };
}
