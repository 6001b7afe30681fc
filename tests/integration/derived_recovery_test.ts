// What happens to derived figures when time passes, instances end, and the stream is lost.
import assert from "node:assert/strict";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { addDays } from "@/lib/derived/local_day.ts";
import { deriveMetrics, METRICS_MS } from "@/services/derived/metrics.ts";
import { deriveStatistics } from "@/services/derived/statistics.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import { databaseError } from "@/services/postgres/errors.ts";
import { inRelay, inTenant } from "@/services/postgres/tenant.ts";
import {
  derivedAt,
  eventsOf,
  metricsOf,
  post,
  shows,
  startDemo,
  statisticOf,
  until,
} from "./derived_fixture.ts";
import type { TestServer } from "../harness/server.ts";
import { processToken, startProcess } from "../harness/process.ts";
import { TEST_SECRET } from "../harness/server.ts";
import { call } from "../harness/live.ts";

const DAY_MS = 86_400_000;

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

async function figure(name: string, propertyId = 1): Promise<number> {
  return Number((await metricsOf(server, propertyId))!.figures[name]);
}

/** What a row leaves that nobody told of. */
function quietRevenue(minor: number, propertyId = 1, orgId = 1) {
  return inTenant(
    server.services.sql,
    orgId,
    (tx) =>
      tx`insert into revenues (org_id, property_id, amount_minor, currency, category, description, occurred_at, created_by)
      values (${orgId}, ${propertyId}, ${minor}, 'INR', 'rooms', '', now(), 'test')`,
  );
}

Deno.test("derived - a refresh computes every property of every organisation that has no figures yet", async () => {
  assert.equal(await metricsOf(server), undefined);
  const derived = await derivedAt(server, Date.now);
  await derived.refresh();
  const rows = await sql`select org_id, property_id from metrics order by 1, 2`;
  assert.deepEqual(rows.map((row) => [row.org_id, row.property_id]), [[1, 1], [1, 2], [2, 1]]);
  const [statistics] = await sql`select count(*)::int as days from statistics`;
  assert.ok(statistics!.days > 0);
  await derived.close();
});

Deno.test("derived - a refresh leaves alone what still holds, and finds what another day or a due task has moved", async () => {
  const before = (await metricsOf(server))!;
  let now = Date.now();
  const derived = await derivedAt(server, () => now);
  await quietRevenue(100);
  await derived.refresh();
  assert.deepEqual(await metricsOf(server), before, "it held: the row behind our back is not looked for");
  now += DAY_MS;
  await derived.refresh();
  const next = (await metricsOf(server))!;
  assert.equal(next.figures.day, addDays(String(before.figures.day), 1));
  assert.equal(next.figures.revenueToday, 0);
  assert.equal(next.computedAt, new Date(now).toISOString());
  const overdue = Number(next.figures.overdueTasks);
  const dueAt = new Date(now + 60_000).toISOString();
  await post(server, "/tasks/task", { propertyId: 1, title: "Due in a minute", dueAt });
  now += METRICS_MS;
  await derived.refresh(true);
  assert.equal((await metricsOf(server))!.figures.validUntil, dueAt);
  assert.equal(await figure("overdueTasks"), overdue);
  now += 61_000;
  await derived.refresh();
  assert.equal(await figure("overdueTasks"), overdue + 1);
  await derived.close();
  // For the tests that follow: as the present has it.
  const present = await derivedAt(server, Date.now);
  await sql`update metrics set computed_at = now() - interval '1 minute'`;
  await sql`update statistics set updated_at = now() - interval '1 minute'`;
  await present.refresh(true);
  await present.close();
});

Deno.test("derived - figures of a form that is not ours are computed anew", async () => {
  for (
    const figures of [{}, { validUntil: 9 }, { validUntil: "zzz" }, {
      validUntil: "9999-12-31T00:00:00.000Z",
    }]
  ) {
    await sql`update metrics set figures = ${sql.json(figures)}, computed_at = now() - interval '1 minute'
      where org_id = 2`;
    const derived = await derivedAt(server, Date.now);
    await derived.refresh();
    const [row] = await sql`select figures from metrics where org_id = 2`;
    assert.equal(typeof row!.figures.roomsTotal, "number", JSON.stringify(figures));
    await derived.close();
  }
});

Deno.test("derived - two instances write no more than one, and the end is right", async () => {
  const [one, two] = [await server.another({ derive: true }), await server.another({ derive: true })];
  await Promise.all([one.services.derived!.refresh(true), two.services.derived!.refresh(true)]);
  const revenue = await figure("revenueToday");
  const earlier = (await eventsOf(sql, "evt.1.1.dashboard.%")).length;
  const days = (await eventsOf(sql, "evt.1.1.analytics.%")).length;
  await Promise.all([one, two].map(async (instance) => {
    for (let n = 0; n < 60; n++) await post(instance, "/finance/revenue", { propertyId: 1, amount: 1 });
  }));
  await shows(server, { revenueToday: revenue + 120 });
  const events = (await eventsOf(sql, "evt.1.1.dashboard.%")).slice(earlier - 1);
  const times = events.map(({ data }) => Date.parse(data.computedAt)).toSorted((a, b) => a - b);
  for (const [n, time] of times.entries()) {
    if (n > 0) assert.ok(time - times[n - 1]! >= METRICS_MS, `${times}`);
  }
  const versions = events.map(({ data }) => data.version);
  assert.equal(new Set(versions).size, versions.length);
  const today = String((await metricsOf(server))!.figures.day);
  await until("the day is right", async () => {
    const day = await statisticOf(server, today);
    return day !== undefined && day.figures.revenue === revenue + 120;
  }, 40_000);
  const written = (await eventsOf(sql, "evt.1.1.analytics.%")).slice(days).map(({ data }) => data);
  assert.deepEqual(new Set(written.map(({ day }) => day)), new Set([today]));
  assert.equal(new Set(written.map(({ version }) => version)).size, written.length);
  await one.stop();
  await two.stop();
});

Deno.test("derived - an instance that ends hands what it has not done to another", async () => {
  const one = await server.another({ derive: true });
  await one.services.derived!.refresh(true);
  const revenue = await figure("revenueToday", 2);
  const manager = await jetstreamManager(server.services.nats);
  // The first is computed at once, the second waits for its second when the instance ends.
  await post(one, "/finance/revenue", { propertyId: 2, amount: 1 });
  await shows(server, { revenueToday: revenue + 1 }, 2);
  await post(one, "/finance/revenue", { propertyId: 2, amount: 1 });
  await until("the event waits there", async () => {
    const { last_seq } = (await manager.streams.info(EVENTS)).state;
    const { delivered } = await manager.consumers.info(EVENTS, "derived");
    return delivered.stream_seq >= last_seq - 5;
  });
  await one.stop();
  const two = await server.another({ derive: true });
  await shows(server, { revenueToday: revenue + 2 }, 2);
  await until("nothing is left to acknowledge", async () => {
    const { num_ack_pending, num_pending } = await manager.consumers.info(EVENTS, "derived");
    return num_ack_pending === 0 && num_pending === 0;
  }, 40_000);
  await two.stop();
});

Deno.test("derived - killed between the commit and the figures, they are right after a start", async () => {
  const env = {
    DATABASE_URL: server.database.appUrl,
    NATS_URL: server.nats.url,
    JWT_SECRET: TEST_SECRET,
    DERIVE: "1",
  };
  const token = await processToken();
  const revenue = await figure("revenueToday");
  const app = await startProcess(env);
  const body = { propertyId: 1, amount: 10 };
  let acknowledged = 0;
  await Promise.all(Array.from({ length: 10 }, async () => {
    for (;;) {
      try {
        const { status } = await call(`${app.url}/finance/revenue`, { token, json: body });
        if (status === 201) acknowledged++;
      } catch {
        return;
      }
      if (acknowledged === 50) app.kill("SIGKILL");
    }
  }));
  assert.equal((await app.ended).signal, "SIGKILL");
  const again = await startProcess(env);
  // What was committed without an answer counts as well.
  const [row] =
    await sql`select sum(amount_minor)::int as minor from revenues where org_id = 1 and property_id = 1
    and occurred_at > now() - interval '10 minutes' and amount_minor = 1000`;
  assert.ok(row!.minor / 100 >= acknowledged * 10);
  await shows(server, { revenueToday: revenue + row!.minor / 100 });
  assert.deepEqual(await again.stop(), { code: 0, signal: null });
  assert.deepEqual(again.log.filter(({ level }) => level === "error"), []);
});

Deno.test("derived - with the stream deleted, and events lost with it, a refresh of everything heals", async () => {
  const instance = await server.another({ derive: true });
  await instance.services.derived!.refresh(true);
  const revenue = await figure("revenueToday");
  await quietRevenue(4_200);
  const manager = await jetstreamManager(server.services.nats);
  const { config } = await manager.streams.info(EVENTS);
  await manager.streams.delete(EVENTS);
  await shows(server, { revenueToday: revenue + 42 });
  await until("the stream is there again", async () => {
    const info = await manager.streams.info(EVENTS).catch(() => undefined);
    return info !== undefined && info.config.metadata!.epoch !== config.metadata!.epoch;
  });
  await post(instance, "/finance/revenue", { propertyId: 1, amount: 1 });
  await shows(server, { revenueToday: revenue + 43 });
  await instance.stop();
});

Deno.test("derived - NATS restarted: what is written afterwards moves the figures again", async () => {
  const instance = await server.another({ derive: true });
  await instance.services.derived!.refresh(true);
  const revenue = await figure("revenueToday");
  await server.nats.restart();
  await post(instance, "/finance/revenue", { propertyId: 1, amount: 1 });
  await shows(server, { revenueToday: revenue + 1 });
  await instance.stop();
});

Deno.test("derived - an event that names nothing is acknowledged all the same", async () => {
  const instance = await server.another({ derive: true });
  const manager = await jetstreamManager(server.services.nats);
  const js = jetstream(server.services.nats);
  for (
    const subject of [
      "evt.1._.tasks.task.updated",
      "evt.1.1.tasks.nothing.updated",
      "evt.x.1.tasks.task.updated",
      "evt.1.1.reports.report.created",
      "evt.500.7.guest.guest.created",
    ]
  ) await js.publish(subject, JSON.stringify({ data: { id: "x" } }));
  await until("nothing is left to acknowledge", async () => {
    const infos = ["derived", "derived_reports"].map((name) => manager.consumers.info(EVENTS, name));
    return (await Promise.all(infos)).every(({ num_ack_pending, num_pending }) =>
      num_ack_pending === 0 && num_pending === 0
    );
  }, 40_000);
  await instance.stop();
});

Deno.test("derived - the relay sees where figures are stale, and no figures", async () => {
  const { sql: pool } = server.services;
  const denied = ["select figures from metrics", "select figures from reports", "select name from properties"]
    .concat(["update metrics set version = 9", "select * from statistics", "delete from reports"]);
  for (const statement of denied) {
    await assert.rejects(
      inRelay(pool, (tx) => tx.unsafe(statement)),
      (error) => databaseError(error)?.code === "42501",
      statement,
    );
  }
  // And without its role the app sees one organisation at most, as before.
  assert.deepEqual([...await pool`select 1 from metrics`], []);
});

Deno.test("derived - figures of a clock that was ahead do not keep the next ones waiting", async () => {
  const { sql: pool, resources } = server.services;
  const failed = (error: unknown) => assert.fail(String(error));
  const place = { orgId: 2, propertyId: 1 };
  const partsAt = (now: number) => ({ sql: pool, resources, failed, now: () => now });
  await quietRevenue(100, 1, 2);
  const ahead = Date.now() + 3_600_000;
  await sql`update metrics set computed_at = ${new Date(ahead).toISOString()} where org_id = 2`;
  await sql`update statistics set updated_at = ${new Date(ahead).toISOString()} where org_id = 2`;
  assert.equal(await deriveMetrics(partsAt(Date.now()), place), undefined);
  assert.equal(await deriveStatistics(partsAt(Date.now()), place, []), undefined);
  // A clock that is a little ahead is minded.
  const little = new Date(Date.now() + METRICS_MS).toISOString();
  await sql`update metrics set computed_at = ${little} where org_id = 2`;
  assert.equal(await deriveMetrics(partsAt(Date.parse(little) - METRICS_MS), place), METRICS_MS);
});
