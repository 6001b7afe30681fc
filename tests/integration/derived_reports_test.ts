// Reports are asked for, computed in the background, and read as CSV.
import assert from "node:assert/strict";
import { REPORT_LEFT_MS } from "@/services/derived/refresh.ts";
import { deriveReport } from "@/services/derived/reports.ts";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { transaction } from "@/services/postgres/transaction.ts";
import { derivedAt, eventsOf, post, reportOf, startDemo, until } from "./derived_fixture.ts";
import { call } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

let server: TestServer;
let sql: Sql;
let propertyId: number;
Deno.test.beforeAll(async () => {
  server = await startDemo({ derive: true });
  sql = connectPool(server.database.superuserUrl, { max: 2, applicationName: "test" });
  propertyId = (await post(server, "/properties/property", { name: "Accounts house" }, { role: "admin" })).id;
  const money: [string, object][] = [
    ["revenue", { amount: 100, category: "rooms", occurredAt: "2026-01-31T18:29:59Z" }],
    // Half past six in the evening UTC is midnight in India.
    ["revenue", { amount: 50, category: "food", occurredAt: "2026-01-31T18:30:00Z" }],
    ["revenue", { amount: 1, category: "=HYPERLINK(1)", occurredAt: "2026-03-01T00:00:00Z" }],
    ["revenue", { amount: 9, category: "rooms", occurredAt: "2027-01-01T00:00:00Z" }],
    ["revenue", { amount: 7, currency: "USD", occurredAt: "2026-02-02T00:00:00Z" }],
    ["expense", { amount: "170.25", category: "food", occurredAt: "2026-02-10T00:00:00Z" }],
  ];
  for (const [entity, body] of money) await post(server, `/finance/${entity}`, { propertyId, ...body });
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await server?.stop();
});

function ask(startsOn: string, endsOn: string) {
  return post(server, "/reports/report", { propertyId, startsOn, endsOn });
}

function settled(id: number) {
  return until(`report ${id} is not pending`, async () => {
    const report = await reportOf(server, id);
    return report.status === "pending" ? undefined : report;
  });
}

async function csv(id: number, claims: Record<string, unknown> = {}) {
  return await call(`${server.url}/reports/report/${id}/csv`, { token: await server.token(claims) });
}

Deno.test("reports - a report is computed from the rows of its period, and told as ready", async () => {
  const socket = await TestSocket.stream(server.wsUrl, await server.token(), { services: ["reports"] });
  const { id } = await ask("2026-01-01", "2026-03-31");
  const { figures, status } = await settled(id);
  assert.equal(status, "ready");
  assert.deepEqual(figures, {
    currency: "INR",
    revenue: {
      total: 151,
      count: 3,
      byCategory: [
        { category: "rooms", total: 100, count: 1 },
        { category: "food", total: 50, count: 1 },
        { category: "=HYPERLINK(1)", total: 1, count: 1 },
      ],
    },
    expense: { total: 170.25, count: 1, byCategory: [{ category: "food", total: 170.25, count: 1 }] },
    result: -19.25,
    byMonth: [
      { month: "2026-01", revenue: 100, expense: 0, result: 100 },
      { month: "2026-02", revenue: 50, expense: 170.25, result: -120.25 },
      { month: "2026-03", revenue: 1, expense: 0, result: 1 },
    ],
    otherCurrencies: { USD: { revenue: 7, expense: 0 } },
  });
  await socket.until(() => socket.events.some(({ action }) => action === "ready"));
  assert.deepEqual(socket.events.map(({ action }) => action), ["created", "ready"]);
  await socket.close();
});

Deno.test("reports - the CSV has the figures, and nothing that a spreadsheet would run", async () => {
  const { id } = await ask("2026-01-01", "2026-02-28");
  await settled(id);
  const { status, headers } = await csv(id);
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "text/csv; charset=utf-8");
  assert.equal(
    headers.get("content-disposition"),
    `attachment; filename="report-${id}-2026-01-01-2026-02-28.csv"`,
  );
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  const wide = await ask("2026-01-01", "2026-03-31");
  await settled(wide.id);
  // Not `text`: that leaves the byte order mark out.
  const response = await fetch(`${server.url}/reports/report/${wide.id}/csv`, {
    headers: { authorization: `Bearer ${await server.token()}` },
  });
  assert.equal(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer()),
    "\ufeff" + [
      "part,name,currency,revenue,expense,result",
      "total,2026-01-01 to 2026-03-31,INR,151,170.25,-19.25",
      "month,2026-01,INR,100,0,100",
      "month,2026-02,INR,50,170.25,-120.25",
      "month,2026-03,INR,1,0,1",
      "category,rooms,INR,100,,",
      "category,food,INR,50,170.25,",
      "category,'=HYPERLINK(1),INR,1,,",
      "other currency,,USD,7,0,",
      "",
    ].join("\r\n"),
  );
});

Deno.test("reports - a long one lists years, one of more than a hundred has failed", async () => {
  const long = await settled((await ask("1980-06-01", "2027-02-01")).id);
  const { byYear, byMonth, revenue } = long.figures as Record<
    string,
    Record<string, unknown>[] & { total: number }
  >;
  assert.equal(byMonth, undefined);
  assert.equal(byYear!.length, 48);
  assert.deepEqual(byYear!.at(-1), { year: "2027", revenue: 9, expense: 0, result: 9 });
  assert.equal(revenue!.total, 160);
  const { id } = await ask("1920-01-01", "2026-12-31");
  const failed = await settled(id);
  assert.equal(failed.status, "failed");
  assert.deepEqual(failed.figures, { error: "A report covers at most 100 calendar years" });
  const actions = (await eventsOf(sql, `evt.1.${propertyId}.reports.report.%`)).filter(({ data }) =>
    (data as unknown as { id: number }).id === id
  );
  assert.deepEqual(actions.map(({ subject }) => subject.split(".").at(-1)), ["created", "failed"]);
  const refused = await csv(id);
  assert.deepEqual([refused.status, refused.json.code], [409, "not_ready"]);
});

Deno.test("reports - pending has no CSV; other organisations, properties and roles do not get it", async () => {
  // Behind the back of the outbox: no event tells of it, and the refresh leaves it alone for a while.
  const [row] = await inTenant(server.services.sql, 1, (tx) =>
    tx<{ id: number }[]>`
      insert into reports (org_id, property_id, kind, starts_on, ends_on, status, figures, created_by)
      values (1, ${propertyId}, 'financial', '2026-01-01', '2026-01-31', 'pending', '{}', 'test') returning id`);
  const id = row!.id;
  const told = async (claims: Record<string, unknown> = {}) => {
    const { status, json } = await csv(id, claims);
    return [status, json.code];
  };
  assert.deepEqual(await told(), [409, "not_ready"]);
  assert.deepEqual(await told({ orgId: 2 }), [404, "not_found"]);
  assert.deepEqual(await told({ properties: [1] }), [404, "not_found"]);
  assert.deepEqual(await told({ role: "staff", properties: "*" }), [403, "forbidden"]);
  const { status } = await call(`${server.url}/reports/report/${id}/csv`);
  assert.equal(status, 401);
  assert.equal((await csv(999_999)).status, 404);
  assert.equal(
    (await call(`${server.url}/reports/report/x/csv`, { token: await server.token() })).status,
    404,
  );
});

Deno.test("reports - one that was left pending is taken up by a refresh", async () => {
  const [row] = await inTenant(server.services.sql, 1, (tx) =>
    tx<{ id: number }[]>`
      insert into reports (org_id, property_id, kind, starts_on, ends_on, status, figures, created_by)
      values (1, ${propertyId}, 'financial', '2026-01-01', '2026-01-31', 'pending', '{}', 'test') returning id`);
  const later = await derivedAt(server, () => Date.now() + REPORT_LEFT_MS + 1_000);
  await later.refresh();
  assert.equal((await settled(row!.id)).status, "ready");
  await later.close();
});

Deno.test("reports - progress is told at most once a second, and two at once do not write it twice", async () => {
  const [row] = await inTenant(server.services.sql, 1, (tx) =>
    tx<{ id: number }[]>`
      insert into reports (org_id, property_id, kind, starts_on, ends_on, status, figures, created_by)
      values (1, ${propertyId}, 'financial', '2020-01-01', '2026-12-31', 'pending', '{}', 'test') returning id`);
  const id = row!.id;
  // Each look at the clock is 100 ms later: a month takes one.
  let now = Date.now();
  const { sql: pool, resources } = server.services;
  const failed = (error: unknown) => assert.fail(String(error));
  const parts = { sql: pool, resources, failed, now: () => now += 100 };
  await Promise.all([deriveReport(parts, 1, id), deriveReport(parts, 1, id)]);
  const events = (await eventsOf(sql, `evt.1.${propertyId}.reports.report.%`))
    .filter(({ data }) => (data as unknown as { id: number }).id === id);
  const progress = events.slice(0, -1).map(({ data }) => data.figures.progress as number);
  assert.ok(progress.length >= 3 && progress.length <= 17, `${progress}`);
  assert.deepEqual(progress, progress.toSorted((a, b) => a - b));
  assert.ok(progress.every((percent) => percent >= 0 && percent < 100));
  assert.match(events.at(-1)!.subject, /\.ready$/);
  assert.equal(events.filter(({ subject }) => subject.endsWith(".ready")).length, 1);
  assert.equal((await reportOf(server, id)).status, "ready");
});

Deno.test("reports - the months of one up to three years are read as they were at one moment", async () => {
  const { sql: pool, resources } = server.services;
  const failed = (error: unknown) => assert.fail(String(error));
  const [row] = await inTenant(pool, 1, (tx) =>
    tx<{ id: number }[]>`
      insert into reports (org_id, property_id, kind, starts_on, ends_on, status, figures, created_by)
      values (1, ${propertyId}, 'financial', '2031-01-01', '2033-12-31', 'pending', '{}', 'test') returning id`);
  const { id } = row!;
  const run = await transaction(sql, async (tx) => {
    // It has begun, and gets no further.
    await tx`lock table expenses in access exclusive mode`;
    const run = deriveReport({ sql: pool, resources, failed, now: Date.now }, 1, id);
    await until("it waits", async () => {
      const waiting = await sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%category%'`;
      return waiting.length === 1;
    });
    for (const occurredAt of ["2031-01-10T00:00:00Z", "2033-12-10T00:00:00Z"]) {
      await post(server, "/finance/revenue", { propertyId, amount: 5, occurredAt });
    }
    return { settled: run };
  });
  await run.settled;
  const { figures, status } = await reportOf(server, id);
  assert.equal(status, "ready");
  assert.equal((figures as { revenue: { count: number } }).revenue.count, 0);
});
