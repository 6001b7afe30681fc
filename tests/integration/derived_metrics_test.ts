// The dashboard follows what is committed.
import assert from "node:assert/strict";
import { METRICS_MS } from "@/services/derived/metrics.ts";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import { eventsOf, metricsOf, post, shows, startDemo, until } from "./derived_fixture.ts";
import { call } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

let server: TestServer;
/** Past row-level security. */
let sql: Sql;
Deno.test.beforeAll(async () => {
  server = await startDemo({ derive: true });
  sql = connectPool(server.database.superuserUrl, { max: 2, applicationName: "test" });
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await server?.stop();
});

async function before(propertyId = 1) {
  await server.services.derived!.refresh(true);
  const found = await metricsOf(server, propertyId);
  assert.ok(found);
  return found.figures as Record<string, number>;
}

Deno.test("derived - a write moves the dashboard of its property, and its event reaches the socket", async () => {
  const { revenueToday, openTasks, urgentTasks } = await before();
  const other = await metricsOf(server, 2);
  const socket = await TestSocket.stream(server.wsUrl, await server.token(), { services: ["dashboard"] });
  await post(server, "/finance/revenue", { propertyId: 1, amount: 1234.5 });
  await post(server, "/tasks/task", { propertyId: 1, title: "Fire alarm", priority: "urgent" });
  const { figures } = await shows(server, {
    revenueToday: revenueToday! + 1234.5,
    openTasks: openTasks! + 1,
    urgentTasks: urgentTasks! + 1,
  });
  await socket.until(() => socket.events.some(({ data }) => data.figures.openTasks === figures.openTasks));
  assert.ok(socket.events.every(({ propertyId, data }) => propertyId === 1 && data.createdBy === "derived"));
  assert.equal((await metricsOf(server, 2))?.version, other?.version);
  await socket.close();
});

Deno.test("derived - every figure of the dashboard is what the rows say", async () => {
  const hotel = await post(
    server,
    "/properties/property",
    { name: "Counted house", timezone: "Asia/Tokyo" },
    {
      role: "admin",
    },
  );
  const propertyId = hotel.id;
  const { figures: empty } = await shows(server, { roomsTotal: 0, occupancyPercent: 0 }, propertyId);
  const day = String(empty.day);
  const rooms = [];
  for (
    const [n, status] of ["occupied", "occupied", "vacant", "cleaning", "out_of_order", "vacant"].entries()
  ) {
    rooms.push(await post(server, "/properties/room", { propertyId, number: `${n}`, status }));
  }
  const guests = [
    { status: "checked_in", arrivesOn: day, roomId: rooms[0]!.id },
    { status: "checked_in", arrivesOn: "2020-01-01", departsOn: day },
    { status: "expected", arrivesOn: day, departsOn: day },
    { status: "cancelled", arrivesOn: day },
    { status: "checked_out", arrivesOn: "2020-01-01", departsOn: day },
    { status: "expected", arrivesOn: "2090-01-01" },
  ];
  for (const guest of guests) await post(server, "/guest-checkin/guest", { propertyId, name: "G", ...guest });
  const tasks = [
    { priority: "urgent", dueAt: "2020-01-01T00:00:00Z" },
    { priority: "urgent", status: "done" },
    { status: "in_progress", dueAt: "2090-01-01T00:00:00Z" },
    { status: "cancelled", dueAt: "2020-01-01T00:00:00Z" },
  ];
  for (const task of tasks) await post(server, "/tasks/task", { propertyId, title: "T", ...task });
  const expense = await post(server, "/finance/expense", { propertyId, amount: "12.30" });
  await post(server, "/finance/expense", { propertyId, amount: 5, currency: "USD" });
  await post(server, "/finance/revenue", { propertyId, amount: 100 });
  await post(server, "/finance/revenue", { propertyId, amount: 7, occurredAt: "2020-01-01T00:00:00Z" });
  const monthStart = `${day.slice(0, 7)}-01T00:00:00+09:00`;
  await post(server, "/finance/revenue", { propertyId, amount: 3, occurredAt: monthStart });
  await post(server, "/finance/approval", { propertyId, expenseId: expense.id });
  const { figures } = await shows(server, { pendingApprovals: 1 }, propertyId);
  const { validUntil, ...rest } = figures;
  assert.match(String(validUntil), /T15:00:00\.000Z$/, "midnight in Tokyo");
  assert.deepEqual(rest, {
    day,
    roomsTotal: 6,
    roomsOccupied: 2,
    roomsVacant: 2,
    roomsCleaning: 1,
    roomsOutOfOrder: 1,
    occupancyPercent: 33.3,
    arrivalsToday: 2,
    arrivalsDone: 1,
    departuresToday: 2,
    departuresDone: 1,
    inHouse: 2,
    openTasks: 2,
    urgentTasks: 1,
    overdueTasks: 1,
    pendingApprovals: 1,
    currency: "INR",
    revenueToday: day.endsWith("-01") ? 103 : 100,
    expenseToday: 12.3,
    revenueMonth: 103,
    expenseMonth: 12.3,
    otherCurrencies: { USD: { revenue: 0, expense: 5 } },
  });
});

Deno.test("derived - 200 writes are computed at most once a second, and the last one counts", async () => {
  const { revenueToday } = await before();
  const earlier = (await eventsOf(sql, "evt.1.1.dashboard.%")).length;
  await Promise.all(Array.from({ length: 10 }, async () => {
    for (let n = 0; n < 20; n++) await post(server, "/finance/revenue", { propertyId: 1, amount: 1 });
  }));
  await shows(server, { revenueToday: revenueToday! + 200 });
  const events = (await eventsOf(sql, "evt.1.1.dashboard.%")).slice(earlier - 1);
  const times = events.map(({ data }) => Date.parse(data.computedAt)).toSorted((a, b) => a - b);
  assert.ok(times.length >= 2, "it was computed");
  for (const [n, time] of times.entries()) {
    if (n > 0) assert.ok(time - times[n - 1]! >= METRICS_MS, `${times}`);
  }
});

Deno.test("derived - where no figure changes nothing is written and no event told", async () => {
  await before();
  const { version } = (await metricsOf(server))!;
  const count = (await eventsOf(sql, "%.dashboard.%")).length;
  const statistics = (await eventsOf(sql, "%.analytics.%")).length;
  await server.services.derived!.refresh(true);
  // An event of something that no figure counts, and then one that moves them: the first had its turn too.
  await post(server, "/guest-checkin/guest", { propertyId: 1, name: "Some day", arrivesOn: "2090-01-01" });
  await server.services.derived!.refresh(true);
  assert.equal((await metricsOf(server))!.version, version);
  assert.equal((await eventsOf(sql, "%.dashboard.%")).length, count);
  assert.equal((await eventsOf(sql, "%.analytics.%")).length, statistics);
});

Deno.test("derived - a property with figures can be removed, and takes them along", async () => {
  const { id } = await post(server, "/properties/property", { name: "Short-lived" }, { role: "admin" });
  await shows(server, { roomsTotal: 0 }, id);
  const { status } = await call(
    `${server.url}/properties/property/${id}`,
    {
      token: await server.token({ role: "admin" }),
      method: "DELETE",
    },
  );
  assert.equal(status, 204);
  await until("its metrics are gone", async () => await metricsOf(server, id) === undefined);
});
