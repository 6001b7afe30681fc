// Statistics of whole days, in the property's time zone.
import assert from "node:assert/strict";
import { addDays, localDay } from "@/lib/derived/local_day.ts";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import {
  agrees,
  derivedAt,
  eventsOf,
  type Figures,
  post,
  startDemo,
  statisticOf,
  until,
} from "./derived_fixture.ts";
import { publish } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { good, person, resource } from "./resources_fixture.ts";

const ZONE = "America/New_York";

let server: TestServer;
let sql: Sql;
/** A property without any rows. */
let propertyId: number;
/** Its local day. */
let today: string;
Deno.test.beforeAll(async () => {
  server = await startDemo({ derive: true });
  sql = connectPool(server.database.superuserUrl, { max: 2, applicationName: "test" });
  const house = { name: "Statistics house", timezone: ZONE };
  propertyId = (await post(server, "/properties/property", house, { role: "admin" })).id;
  today = localDay(Date.now(), ZONE);
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await server?.stop();
});

function has(day: string, wanted: Figures) {
  return until(`${day} has ${JSON.stringify(wanted)}`, async () => {
    const found = await statisticOf(server, day, propertyId);
    return found !== undefined && agrees(found.figures, wanted) ? found : undefined;
  }, 40_000);
}

Deno.test("statistics - every figure of a day is what the rows say, by the property's own midnight", async () => {
  const day = addDays(today, -3);
  const rooms = [];
  for (const number of ["1", "2", "3", "4"]) {
    rooms.push(await post(server, "/properties/room", { propertyId, number }));
  }
  const stays = [
    // In the night of the day: two rooms, one of them shared.
    { status: "checked_out", arrivesOn: day, departsOn: addDays(day, 1), roomId: rooms[0]!.id },
    { status: "checked_out", arrivesOn: addDays(day, -2), departsOn: addDays(day, 2), roomId: rooms[0]!.id },
    { status: "checked_in", arrivesOn: addDays(day, -1), roomId: rooms[1]!.id },
    // Not in it.
    { status: "checked_out", arrivesOn: addDays(day, -1), departsOn: day, roomId: rooms[2]!.id },
    { status: "expected", arrivesOn: day, departsOn: addDays(day, 5), roomId: rooms[3]!.id },
    { status: "cancelled", arrivesOn: day, departsOn: addDays(day, 5), roomId: rooms[3]!.id },
  ];
  for (const stay of stays) await post(server, "/guest-checkin/guest", { propertyId, name: "G", ...stay });
  // Midnight in New York is 4:00 or 5:00 UTC: half an hour before it, and half an hour before the one that follows.
  const late = (date: string) => new Date(Date.parse(`${date}T23:30:00-05:00`)).toISOString();
  const early = (date: string) => new Date(Date.parse(`${date}T01:30:00-04:00`)).toISOString();
  for (const occurredAt of [early(day), `${day}T17:00:00Z`]) {
    await post(server, "/finance/revenue", { propertyId, amount: 10, occurredAt });
  }
  await post(server, "/finance/revenue", { propertyId, amount: 1000, occurredAt: late(addDays(day, -2)) });
  await post(server, "/finance/expense", { propertyId, amount: "2.5", occurredAt: `${day}T17:00:00Z` });
  await post(server, "/finance/expense", {
    propertyId,
    amount: 3,
    currency: "JPY",
    occurredAt: `${day}T17:00:00Z`,
  });
  const { figures } = await has(day, { expense: 2.5, roomNights: 2 });
  assert.deepEqual(figures, {
    currency: "INR",
    revenue: 20,
    expense: 2.5,
    otherCurrencies: { JPY: { revenue: 0, expense: 3 } },
    arrivals: 1,
    departures: 1,
    roomNights: 2,
    occupancyPercent: 50,
    tasksDone: 0,
    tasksCreated: 0,
  });
});

Deno.test("statistics - tasks count on the days they were made and done", async () => {
  const { id, version } = await post(server, "/tasks/task", { propertyId, title: "T" });
  await post(server, "/tasks/task", { propertyId, title: "U" });
  const { resources } = server.services;
  good(await resources.update(person(), resource("tasks", "task"), id, { status: "done", version }));
  await has(today, { tasksCreated: 2, tasksDone: 1 });
});

Deno.test("statistics - only days that changed are written, and a day without anything has no record", async () => {
  const days = new Set((await eventsOf(sql, `evt.1.${propertyId}.analytics.%`)).map(({ data }) => data.day));
  assert.ok(!days.has(addDays(today, -30)));
  const count = (await eventsOf(sql, `evt.1.${propertyId}.analytics.%`)).length;
  const day = addDays(today, -20);
  await post(server, "/finance/revenue", { propertyId, amount: 5, occurredAt: `${day}T17:00:00Z` });
  await has(day, { revenue: 5 });
  const since = (await eventsOf(sql, `evt.1.${propertyId}.analytics.%`)).slice(count);
  // Guests who are in the house have a night more in the days that follow, which are as they were.
  assert.deepEqual(since.map(({ data }) => data.day), [day]);
});

Deno.test("statistics - a day before those computed anyway is computed where an event names it", async () => {
  const day = addDays(today, -200);
  await post(server, "/finance/revenue", { propertyId, amount: 8, occurredAt: `${day}T17:00:00Z` });
  await has(day, { revenue: 8 });
});

Deno.test("statistics - an earlier day that no event named is put right the first time on a new day", async () => {
  const day = addDays(today, -200);
  await sql`delete from revenues where org_id = 1 and property_id = ${propertyId} and amount_minor = 800`;
  const tomorrow = await derivedAt(server, () => Date.now() + 86_400_000);
  await tomorrow.refresh();
  await tomorrow.close();
  assert.equal((await statisticOf(server, day, propertyId))!.figures.revenue, 0);
});

Deno.test("statistics - what events of other publishers name does no harm", async () => {
  const hostile = [
    { occurredAt: "2020-02-31T00:00:00Z" },
    { arrivesOn: "2020-02-31", departsOn: "9998-12-31" },
    { arrivesOn: "1999-01-01", departsOn: "0001-01-01" },
    { arrivesOn: 5, occurredAt: {} },
  ];
  for (const data of hostile) {
    await publish(server, `evt.1.${propertyId}.guest.guest.updated`, { data });
    await publish(server, `evt.77.1.finance.revenue.updated`, { data });
    await publish(server, `evt.1.99.finance.revenue.updated`, { data });
  }
  await publish(server, `evt.1.${propertyId}.guest.guest.updated`, "not JSON");
  const longAgo = addDays(today, -4_000);
  await post(server, "/finance/revenue", { propertyId, amount: 3, occurredAt: `${longAgo}T17:00:00Z` });
  const day = addDays(today, -150);
  await post(server, "/finance/revenue", { propertyId, amount: 3, occurredAt: `${day}T17:00:00Z` });
  await has(day, { revenue: 3 });
  assert.equal(await statisticOf(server, longAgo, propertyId), undefined);
  assert.deepEqual(server.logged.filter(({ message }) => message.includes("failed")), []);
});
