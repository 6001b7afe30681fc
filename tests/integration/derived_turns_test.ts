// One organisation that asks for much keeps no other one waiting.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { PENDING_REPORTS_MAX } from "@/lib/resources/reports.ts";
import { REPORTS_AT_ONCE } from "@/services/derived/derived.ts";
import { leftReports } from "@/services/derived/refresh.ts";
import { REPORTS_HELD_MAX } from "@/services/derived/sources.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import { transaction } from "@/services/postgres/transaction.ts";
import { eventsOf, metricsOf, post, shows, startDemo, until } from "./derived_fixture.ts";
import { call, publish } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";

let server: TestServer;
let sql: Sql;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  sql = connectPool(server.database.superuserUrl, { max: 2, applicationName: "test" });
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await server?.stop();
});

const MONTH = { propertyId: 1, startsOn: "2026-01-01", endsOn: "2026-01-31" };

/** Left by whoever was at them, the first ones longest ago; told to nobody. */
async function leave(orgId: number, count: number, since: string): Promise<void> {
  await sql`
    insert into reports (org_id, property_id, kind, starts_on, ends_on, status, figures, created_by, updated_at)
    select ${orgId}, 1, 'financial', '2026-01-01', '2026-01-31', 'pending', '{}', 'test',
      ${since}::timestamptz + make_interval(secs => n) from generate_series(1, ${count}) as n`;
}

Deno.test("turns - an organisation has so many reports pending and no more, also when it asks for many at once", async () => {
  const token = await server.token();
  const ask = (headers = {}) => call(`${server.url}/reports/report`, { token, json: MONTH, headers });
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => ask({ "idempotency-key": `ask-${n}` })),
  );
  const made = answers.filter(({ status }) => status === 201);
  assert.equal(made.length, PENDING_REPORTS_MAX);
  for (const { status, json, headers } of answers.filter((answer) => !made.includes(answer))) {
    assert.deepEqual([status, json.code, headers.get("retry-after")], [429, "too_many_requests", "5"]);
    assert.match(json.detail, /5 reports that are pending/);
  }
  // The same again is the same answer, and no report more.
  const again = await ask({ "idempotency-key": `ask-${answers.indexOf(made[0]!)}` });
  assert.deepEqual([again.status, again.json.id], [201, made[0]!.json.id]);
  await post(server, "/reports/report", MONTH, { orgId: 2 });
  // One that is ready makes room, and does not come back into what is full.
  const program = await server.token({ role: "service", sub: "filler" });
  const path = `${server.url}/reports/report/${made[0]!.json.id}`;
  const set = (status: string, version: number) =>
    call(path, { token: program, method: "PATCH", json: { status, version } });
  assert.equal((await set("ready", 1)).status, 200);
  assert.equal((await ask()).status, 201);
  assert.equal((await set("pending", 2)).json.code, "too_many_requests");
  await sql`delete from reports`;
});

Deno.test("turns - of reports that were left each organisation has its first one before anybody's second", async () => {
  await leave(1, 3, "2026-01-01T00:00:00Z");
  await leave(2, 2, "2026-02-01T00:00:00Z");
  const left = await leftReports(server.services.sql, Date.now());
  assert.deepEqual(left.map(({ orgId }) => orgId), [1, 2, 1, 2, 1]);
  await sql`delete from reports`;
});

Deno.test("turns - the one report of an organisation does not wait for all of another", async () => {
  const instance = await server.another({ derive: true });
  const manager = await jetstreamManager(server.services.nats);
  await transaction(sql, async (tx) => {
    // None is done before all were asked for.
    await tx`lock table expenses in access exclusive mode`;
    for (let n = 0; n < PENDING_REPORTS_MAX; n++) {
      await post(server, "/reports/report", { propertyId: 1, startsOn: "2024-01-01", endsOn: "2026-12-31" });
    }
    await post(server, "/reports/report", MONTH, { orgId: 2 });
    await until("all wait", async () => {
      const { num_ack_pending } = await manager.consumers.info(EVENTS, "derived_reports");
      return num_ack_pending === PENDING_REPORTS_MAX + 1;
    });
  });
  const ready = await until("all are ready", async () => {
    const events = await eventsOf(sql, "evt.%.reports.report.ready");
    return events.length === PENDING_REPORTS_MAX + 1 ? events : undefined;
  });
  await instance.stop();
  // Those that ran come first, and perhaps one that began beside it. It would be the last but one otherwise, or the last.
  const place = ready.findIndex(({ subject }) => subject.startsWith("evt.2."));
  assert.ok(place <= REPORTS_AT_ONCE + 1, `it was number ${place + 1}`);
  await sql`delete from reports`;
});

Deno.test("turns - reports that hang hold back no figures, and not the events of other organisations", async () => {
  const instance = await server.another({ derive: true });
  await instance.services.derived!.refresh(true);
  const { figures } = (await metricsOf(server))!;
  const manager = await jetstreamManager(server.services.nats);
  const held = async () => (await manager.consumers.info(EVENTS, "derived_reports")).num_ack_pending;
  await transaction(sql, async (tx) => {
    await tx`lock table reports in access exclusive mode`;
    for (let id = 1; id <= REPORTS_HELD_MAX + 10; id++) {
      await publish(server, "evt.1.1.reports.report.created", { data: { id } });
    }
    await publish(server, "evt.2.1.reports.report.created", { data: { id: 1 } });
    await until("all but those beyond the bound wait", async () => {
      const { num_pending } = await manager.consumers.info(EVENTS, "derived_reports");
      return num_pending === 0 && await held() === REPORTS_HELD_MAX + 1;
    });
    await post(server, "/finance/revenue", { propertyId: 1, amount: 7 });
    await shows(server, { revenueToday: Number(figures.revenueToday) + 7 });
  });
  await until("what waited is done", async () => await held() === 0);
  await instance.stop();
});
