// The events stream is lost and put together again from PostgreSQL, while two instances serve.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { closeStream, isBeingRebuilt } from "@/services/nats/closing.ts";
import { JetStreamLog } from "@/services/nats/event_log.ts";
import { EVENT_HEADER } from "@/services/nats/history.ts";
import { declareEvents, EVENTS } from "@/services/nats/streams.ts";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import { transaction } from "@/services/postgres/transaction.ts";
import { type RebuildOptions, rebuildStream } from "@/services/rebuild/rebuild.ts";
import { call, publish, startDemo, streamInfo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The shortest that the server takes. */
const SHORT_WINDOW_NS = 100_000_000;
const NOTED = "evt.1.1.tasks.task.noted";

let server: TestServer;
let other: TestServer;
let token: string;
/** Past row-level security. */
let sql: Sql;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  other = await server.another();
  token = await server.token();
  sql = connectPool(server.database.superuserUrl, { max: 2, applicationName: "test" });
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await other?.stop();
  await server?.stop();
});

async function rebuild(options: RebuildOptions = {}) {
  const lines: string[] = [];
  const pool = connectPool(server.database.appUrl, { max: 1, applicationName: "rebuild" });
  try {
    const rebuilt = await rebuildStream({
      js: jetstream(server.services.nats),
      jsm: await jetstreamManager(server.services.nats),
      sql: pool,
      replicas: 1,
      newEpoch: () => crypto.randomUUID(),
      now: () => Date.now(),
      print: (line) => lines.push(line),
    }, options);
    return { ...rebuilt, lines };
  } finally {
    await pool.end();
  }
}

async function post(title: string, { url } = server): Promise<void> {
  const { status } = await call(`${url}/tasks/task`, { token, json: { title, propertyId: 1 } });
  assert.equal(status, 201);
}

/** What happened lately, the oldest first, as people are shown it. */
async function recent(): Promise<{ id: string; at: string; data: { title?: string } }[]> {
  const { json } = await call(`${server.url}/v2/realtime/recent?limit=200`, { token });
  return json.events.toReversed();
}

const titles = (events: readonly { id: string; data: { title?: string } }[]) => {
  return events.map(({ id, data }) => data.title ?? id);
};

/** Every published row of the outbox is where its row says. */
async function assertPlaced(): Promise<void> {
  const jsm = await jetstreamManager(server.services.nats);
  const rows = await sql<{ id: string; seq: number }[]>`select id, seq from outbox where seq is not null`;
  for (const { id, seq } of rows.slice(-200)) {
    const header = (await jsm.streams.getMessage(EVENTS, { seq }))?.header;
    assert.equal(header?.get(EVENT_HEADER) || header?.get("Nats-Msg-Id"), id);
  }
}

async function lose(): Promise<void> {
  const { epoch } = await streamInfo(server);
  await (await jetstreamManager(server.services.nats)).streams.delete(EVENTS);
  await until("there is another stream", async () => {
    return await streamInfo(server).then((info) => info.epoch !== epoch, () => false);
  });
}

Deno.test("rebuild - what was lost is back in its order, nobody is told it as news, and everybody goes on", async () => {
  const sockets = await Promise.all([server, other].map(({ wsUrl }) => TestSocket.stream(wsUrl, token)));
  for (const n of [1, 2, 3, 4]) await post(`before ${n}`, n % 2 ? server : other);
  await publish(server, NOTED, { id: "known-to-nobody-else", data: {} });
  await until("all are heard", () => sockets.every(({ events }) => events.length === 5));
  const before = await recent();
  await lose();
  await post("after 1");
  // Neither an id nor a time of its own.
  await publish(server, NOTED, { data: { title: "after 2" } });
  await post("after 3", other);
  await until("all are heard", async () => (await recent()).length === 3);
  const after = await recent();
  await until("all are marked", async () => {
    const [row] = await sql<{ n: number }[]>`select count(*)::int as n from outbox where seq is null`;
    return row!.n === 0;
  });
  const { outcome } = await rebuild();
  assert.equal(outcome, "rebuilt");
  assert.deepEqual(titles(after), ["after 1", "after 2", "after 3"]);
  const known = before.filter(({ id }) => id !== "known-to-nobody-else");
  const told = ({ id, at }: { id: string; at: string }) => ({ id, at });
  assert.deepEqual((await recent()).map(told), [...known, ...after].map(told));
  await assertPlaced();
  const { epoch } = await streamInfo(server);
  for (const socket of sockets) {
    await socket.until(() => socket.frames.some((frame) => frame.type === "reset" && frame.epoch === epoch));
  }
  await post("later");
  for (const socket of sockets) {
    await socket.until(() => titles(socket.events as []).includes("later"));
    const ids = socket.events.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, "told twice");
    assert.ok(
      socket.frames.filter(({ type }) => type === "reset").every(({ reason }) => reason === "recreated"),
    );
    await socket.close();
  }
});

Deno.test("rebuild - who comes back with a position of before is told to read again, and hears no history", async () => {
  const away = await TestSocket.stream(server.wsUrl, token);
  await post("heard");
  await away.until(() => away.events.length === 1);
  const position = { lastSeq: away.lastSeq, epoch: away.frames[0]!.epoch };
  await away.close();
  await rebuild({ replace: true });
  const back = await TestSocket.stream(server.wsUrl, token, position);
  assert.equal((await back.next(({ type }) => type === "reset")).reason, "recreated");
  await post("new");
  await back.until(() => back.events.length > 0);
  assert.deepEqual(titles(back.events as []), ["new"]);
  await back.close();
});

Deno.test("rebuild - a stream that holds all of it stays as it is, and a dry run changes nothing", async () => {
  const whole = await streamInfo(server);
  const { outcome, lines } = await rebuild();
  assert.equal(outcome, "whole");
  assert.match(lines.join("\n"), /missing in the stream: 0/);
  assert.deepEqual(await streamInfo(server), whole);
  await lose();
  const lost = await streamInfo(server);
  const dry = await rebuild({ dryRun: true });
  assert.equal(dry.outcome, "dry");
  assert.match(dry.lines.join("\n"), /missing in the stream: [1-9]/);
  assert.deepEqual(await streamInfo(server), lost);
});

Deno.test("rebuild - while the stream is closed, events wait in the outbox and no instance opens it", async () => {
  const jsm = await jetstreamManager(server.services.nats);
  const socket = await TestSocket.stream(server.wsUrl, token);
  await closeStream(jsm, await jsm.streams.info(EVENTS), "broken0f");
  await post("written meanwhile");
  await assert.rejects(publish(server, NOTED));
  await declareEvents(jsm, { replicas: 1, newEpoch: () => "another" });
  assert.ok(isBeingRebuilt((await jsm.streams.info(EVENTS)).config));
  assert.deepEqual(socket.events, []);
  assert.equal((await rebuild({ dryRun: true })).outcome, "dry");
  assert.equal((await rebuild()).outcome, "rebuilt");
  await socket.until(() => titles(socket.events as []).includes("written meanwhile"));
  await publish(server, NOTED);
  await socket.close();
});

Deno.test("rebuild - a guest who is erased while it is under way is erased again after it", async () => {
  const { json: { id } } = await call(`${server.url}/guest-checkin/guest`, {
    token,
    json: { name: "Zebedee Quixwhistle", propertyId: 1 },
  });
  await until("it is published", async () => {
    const [row] = await sql<{ n: number }[]>`select count(*)::int as n from outbox where seq is null`;
    return row!.n === 0;
  });
  const jsm = await jetstreamManager(server.services.nats);
  await closeStream(jsm, await jsm.streams.info(EVENTS), "erased0f");
  const admin = await server.token({ role: "admin", properties: "*" });
  const erase = () => call(`${server.url}/guest-checkin/guest/${id}/erase`, { token: admin, json: {} });
  const { json } = await erase();
  assert.notEqual(json.state, "done", JSON.stringify(json));
  assert.equal((await rebuild()).outcome, "rebuilt");
  await until("it is done", async () => {
    await server.services.erasures.sweep();
    return (await erase()).json.state === "done";
  });
});

/** The task as an operator runs it. */
function task(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "services/rebuild/cli.ts", ...args],
    cwd: ROOT,
    env: { DATABASE_URL: server.database.appUrl, NATS_URL: server.nats.url },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("rebuild - killed half-way and run again, each event is back once and in its order", async () => {
  const rows = 5_000;
  await sql`
    insert into outbox (id, org_id, subject, payload, created_at, seq, published_at)
    select gen_random_uuid(), 1, 'evt.1.1.tasks.task.updated', '{"data":{"n":' || n || '}}', now(), n,
      now() - interval '1 hour' + n * interval '10 milliseconds'
    from generate_series(1, ${rows}) as n`;
  const jsm = await jetstreamManager(server.services.nats);
  // What was put back must not be put back again, also where the stream has forgotten its ids.
  await jsm.streams.update(EVENTS, { duplicate_window: SHORT_WINDOW_NS });
  const before = await streamInfo(server);
  const broken = task();
  let told = "";
  for await (const part of broken.stdout.pipeThrough(new TextDecoderStream())) {
    told += part;
    if (told.includes("put back")) break;
  }
  await transaction(sql, async (tx) => {
    // It cannot end before it is killed: it has rows to read.
    await tx`lock table outbox in access exclusive mode`;
    broken.kill("SIGKILL");
    await broken.stderr.cancel();
    await broken.status;
  });
  const half = await jsm.streams.info(EVENTS);
  assert.ok(isBeingRebuilt(half.config), "it was killed too late");
  const missed = await new JetStreamLog(jsm).read(1, before.last, { ...before, last: half.state.last_seq });
  assert.deepEqual(missed.events, [], "who was away hears of the past");
  const { outcome, lines } = await rebuild();
  assert.equal(outcome, "rebuilt", lines.join("\n"));
  assert.match(lines.join("\n"), /are back already/);
  const { state } = await jsm.streams.info(EVENTS);
  const found: number[] = [];
  const ids = new Set<string>();
  let messages = 0;
  const consumer = await jetstream(server.services.nats).consumers.get(EVENTS);
  for await (const message of await consumer.consume()) {
    messages++;
    ids.add(message.headers?.get(EVENT_HEADER) || message.headers?.get("Nats-Msg-Id") || String(message.seq));
    const { n } = message.json<{ data: { n?: number } }>().data;
    if (n !== undefined) found.push(n);
    if (message.seq >= state.last_seq) break;
  }
  assert.deepEqual(found, Array.from({ length: rows }, (_, i) => i + 1));
  assert.equal(ids.size, messages);
  await assertPlaced();
});

Deno.test("rebuild - the task says what it did, and refuses what it does not know", async () => {
  const ran = await task().output();
  assert.equal(ran.code, 0);
  assert.match(new TextDecoder().decode(ran.stdout), /nothing is missing: the stream stays as it is/);
  const wrong = await task("--force").output();
  assert.equal(wrong.code, 2);
  assert.match(new TextDecoder().decode(wrong.stderr), /"--force" is not known/);
});

Deno.test("rebuild - two at the same time: one waits for nobody and says so", async () => {
  const pool = connectPool(server.database.appUrl, { max: 1, applicationName: "first" });
  await pool`select pg_advisory_lock(7466002)`;
  assert.equal((await rebuild({ replace: true })).outcome, "busy");
  await pool.end();
});
