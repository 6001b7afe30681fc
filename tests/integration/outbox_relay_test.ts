// What was committed reaches the stream, whatever happens between the two; and clients see it once.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { EVENTS } from "@/services/nats/streams.ts";
import { KEEP_HOURS } from "@/services/outbox/relay.ts";
import { PostgresOutbox } from "@/services/outbox/table.ts";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import { call, startDemo, streamInfo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

let server: TestServer;
let token: string;
/** Past row-level security. */
let sql: Sql;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  token = await server.token();
  sql = connectPool(server.database.superuserUrl, { max: 2, applicationName: "test" });
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await server?.stop();
});

interface Row {
  id: string;
  seq: number | null;
  published_at: string | null;
}

/** What an instance leaves that ends right after its commit; `ageS` seconds ago. */
async function leave(n: number, ageS = 60): Promise<string> {
  const id = crypto.randomUUID();
  const payload = JSON.stringify({ id, at: new Date().toISOString(), data: { n } });
  await sql`insert into outbox (id, org_id, subject, payload, created_at)
    values (${id}, 1, 'evt.1.1.tasks.task.created', ${payload}, now() - ${ageS} * interval '1 second')`;
  return id;
}

async function rowOf(id: string): Promise<Row> {
  const [row] = await sql<Row[]>`select id, seq, published_at from outbox where id = ${id}`;
  assert.ok(row !== undefined, `no row ${id}`);
  return row;
}

function marked(id: string): Promise<number> {
  return until("the seq is written back", async () => (await rowOf(id)).seq ?? undefined);
}

function seen(socket: TestSocket, id: string): number {
  return socket.events.filter((event) => event.id === id).length;
}

async function post(): Promise<number> {
  const { status, json } = await call(`${server.url}/tasks/task`, {
    token,
    json: { title: "T", propertyId: 1 },
  });
  assert.equal(status, 201);
  return json.id;
}

Deno.test("outbox - a post is published at once, and its stream sequence is written back to the row", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token);
  const task = await post();
  const frame = await socket.next(({ type, events }) => type === "event" && events[0].data.id === task);
  const { id } = frame.events[0];
  assert.equal(await marked(id), frame.seq);
  assert.ok((await rowOf(id)).published_at !== null);
  const message = await (await jetstreamManager(server.services.nats)).streams.getMessage(EVENTS, {
    seq: frame.seq,
  });
  assert.equal(message!.header.get("Nats-Msg-Id"), id);
  await socket.close();
});

Deno.test("outbox - a crash between commit and publish: the sweeper of any instance publishes what was left", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token);
  const id = await leave(1);
  await socket.until(() => seen(socket, id) > 0);
  assert.equal(await marked(id), socket.lastSeq);
  await socket.close();
});

Deno.test("outbox - a crash between publish and mark: published again, stored and shown once", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token);
  const id = await leave(2);
  const seq = await marked(id);
  await socket.until(() => seen(socket, id) === 1);
  await sql`update outbox set seq = null, published_at = null where id = ${id}`;
  assert.equal(await marked(id), seq);
  assert.equal((await streamInfo(server)).last, seq);
  assert.equal(seen(socket, id), 1);
  await socket.close();
});

Deno.test("outbox - two instances sweep a backlog together, and every event is stored once", async () => {
  const other = await server.another();
  const socket = await TestSocket.stream(server.wsUrl, token);
  const { last } = await streamInfo(server);
  const count = 1_300;
  const payloads = Array.from({ length: count }, (_, n) => {
    const id = crypto.randomUUID();
    return {
      id,
      org_id: 1,
      subject: "evt.1.1.tasks.task.created",
      payload: JSON.stringify({ id, data: { n } }),
    };
  });
  await sql`insert into outbox (id, org_id, subject, payload, created_at)
    select id, org_id, subject, payload, now() - interval '1 hour' + n * interval '1 millisecond'
    from unnest(${payloads.map(({ id }) => id)}::uuid[], ${payloads.map(({ payload }) => payload)}::text[])
      with ordinality as rows (id, payload, n),
      (values (1::bigint, 'evt.1.1.tasks.task.created')) as head (org_id, subject)`;
  await socket.until(() => socket.events.length >= count);
  await until("all rows are marked", async () => {
    const [waiting] = await sql`select count(*)::int as rows from outbox where seq is null`;
    return waiting!.rows === 0;
  });
  assert.equal((await streamInfo(server)).last, last + count);
  assert.equal(new Set(socket.events.map(({ id }) => id)).size, count);
  await socket.close();
  await other.stop();
});

Deno.test("outbox - a row that nobody takes does not hold up the others", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token);
  const poison = crypto.randomUUID();
  await sql`insert into outbox (id, org_id, subject, payload, created_at)
    values (${poison}, 1, 'nowhere.at.all', '{}', now() - interval '1 hour')`;
  const id = await leave(3);
  await socket.until(() => seen(socket, id) === 1);
  assert.equal((await rowOf(poison)).seq, null);
  await sql`delete from outbox where id = ${poison}`;
  await socket.close();
});

Deno.test("outbox - while NATS is down a post is accepted, and its event comes when NATS is back", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token);
  await server.nats.kill();
  const tasks = [await post(), await post()];
  await server.nats.restart();
  for (const task of tasks) await socket.until(() => socket.events.some(({ data }) => data.id === task));
  const ids = socket.events.map(({ id }) => id);
  for (const id of ids) await marked(id);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(socket.closed, undefined);
  await socket.close();
});

Deno.test("outbox - what was published long ago is forgotten, what was not published never is", async () => {
  const id = await leave(4);
  await marked(id);
  await sql`update outbox set published_at = now() - interval '3 days' where id = ${id}`;
  const poison = crypto.randomUUID();
  await sql`insert into outbox (id, org_id, subject, payload, created_at)
    values (${poison}, 1, 'nowhere.at.all', '{}', now() - interval '3 days')`;
  const count = async () =>
    (await sql<{ rows: number }[]>`select count(*)::int as rows from outbox`)[0]!.rows;
  const before = await count();
  await new PostgresOutbox(server.services.sql).forget(KEEP_HOURS);
  assert.equal(await count(), before - 1);
  assert.equal((await rowOf(poison)).seq, null);
});
