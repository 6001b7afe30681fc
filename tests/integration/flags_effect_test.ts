// What a flag does to those who are connected, and to those who come.
import assert from "node:assert/strict";
import { CLOSE } from "@/lib/protocol/close_codes.ts";
import { POLL_WAIT_MS, RING_EVENTS_MAX, SWITCHED_OFF_RETRY_S } from "@/lib/protocol/limits.ts";
import { initialFlags } from "@/lib/flags/flags.ts";
import { bucketOf } from "@/lib/flags/rollout.ts";
import { SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import { call, publish, publishMany, startDemo, streamInfo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";
import { askUpgrade, flagsOf, operator, PERCENT, putByHand, setFlags, STREAMING } from "./flags_kit.ts";

let server: TestServer;
let other: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  other = await server.another();
});
Deno.test.afterAll(async () => {
  await other?.stop();
  await server?.stop();
});
Deno.test.beforeEach(async () => {
  await setFlags(server, { ...initialFlags(true) });
  await until(
    "both instances have it",
    () => other.services.flags.streams(1) && other.services.flags.streams(2),
  );
});

/** At this percentage organisation 1 is in and organisation 2 is out. */
const BETWEEN = 20;

function subscribe(base: string, token: string, query = "") {
  return call(`${server.url}/${base}/realtime/subscribe${query}`, { token });
}

function stream(on: TestServer, orgId: number): Promise<TestSocket> {
  return server.token({ orgId, sub: `of-${orgId}` }).then((token) => TestSocket.stream(on.wsUrl, token));
}

async function assertDowngraded(socket: TestSocket): Promise<void> {
  const { code, reason } = CLOSE.downgrade;
  assert.deepEqual(await socket.whenClosed(), { code, reason });
  const { type, reason: why, reconnectInMs } = socket.frames.at(-1)!;
  assert.deepEqual([type, why], ["downgrade", "switched_off"]);
  assert.ok(reconnectInMs >= 0 && reconnectInMs < 1_000, `${reconnectInMs}`);
}

/** Every socket still gets what happens in its organisation. */
async function assertLive(orgId: number, sockets: readonly TestSocket[]): Promise<void> {
  const { seq } = await publish(server, `evt.${orgId}.1.tasks.task.updated`);
  for (const socket of sockets) {
    await socket.until(() => socket.lastSeq >= seq);
    assert.equal(socket.closed, undefined);
  }
}

Deno.test("flag effect - lowering the percentage sends away those who are out, on every instance, and nobody else", async () => {
  assert.ok(bucketOf(1) < BETWEEN * 100 && bucketOf(2) >= BETWEEN * 100, "the organisations of the test");
  const [inside, outside] = await Promise.all(
    [1, 2].map((orgId) => Promise.all([server, other, server, other].map((on) => stream(on, orgId)))),
  );
  // One that has not sent its handshake yet.
  const silent = await TestSocket.open(
    `${other.wsUrl}/v2/realtime/stream`,
    await server.token({ orgId: 2 }),
  );
  await setFlags(server, { [PERCENT]: BETWEEN });
  for (const socket of [...outside!, silent]) await assertDowngraded(socket);
  await assertLive(1, inside!);
  assert.deepEqual([(await flagsOf(server, 1)).streaming, (await flagsOf(server, 2)).streaming], [
    true,
    false,
  ]);
  assert.equal((await askUpgrade(server, 1)).status, 101);
  const refused = await askUpgrade(server, 2);
  assert.deepEqual([refused.status, refused.json.code], [503, "streaming_off"]);
  assert.equal(refused.headers.get("retry-after"), String(SWITCHED_OFF_RETRY_S));
  // Raising it lets them come back.
  await setFlags(server, { [PERCENT]: 100 });
  const back = await stream(server, 2);
  await assertLive(2, [back]);
  for (const socket of [...inside!, back]) await socket.close();
});

Deno.test("flag effect - the master switch sends everyone away, at different times; polls go on waiting", async () => {
  const sockets = await Promise.all(
    Array.from({ length: 60 }, (_, n) => stream(n % 2 ? server : other, 1 + n % 2)),
  );
  const token = await server.token();
  const answering = subscribe("tasks", token);
  await until("it waits", () => server.services.connections.counts().polling === 1);
  await setFlags(other, { [STREAMING]: false });
  await until("some are gone", () => sockets.some(({ closed }) => closed !== undefined));
  assert.ok(sockets.some(({ closed }) => closed === undefined), "all were sent away at once");
  for (const socket of sockets) await assertDowngraded(socket);
  const waits = sockets.map((socket) => socket.frames.at(-1)!.reconnectInMs);
  assert.ok(new Set(waits).size > sockets.length / 2, "they would all ask at once");
  assert.equal(server.services.connections.counts().polling, 1);
  await publish(server, "evt.1.1.tasks.task.updated", { id: "for-the-poll", data: {} });
  const { json } = await answering;
  assert.deepEqual(json.events.map(({ id }: { id: string }) => id), ["for-the-poll"]);
});

Deno.test("flag effect - who streams and then polls misses nothing, and neither does who comes back", async () => {
  const token = await server.token();
  const socket = await TestSocket.stream(server.wsUrl, token);
  await publishMany(server, "evt.1.1.tasks.task.updated", 5);
  await socket.until(() => socket.events.length === 5);
  const { epoch } = socket.frames[0]!;
  await setFlags(server, { [STREAMING]: false });
  await publishMany(server, "evt.1.1.tasks.task.updated", 20, { first: 5 });
  await assertDowngraded(socket);
  const seen: number[] = socket.events.map(({ data }) => data.n);
  let lastSeq = socket.lastSeq;
  while (seen.length < 25) {
    const { json } = await subscribe("tasks", token, `?lastSeq=${lastSeq}&epoch=${epoch}`);
    seen.push(...json.events.map(({ data }: { data: { n: number } }) => data.n));
    lastSeq = json.seq;
  }
  await setFlags(server, { [STREAMING]: true });
  await publishMany(server, "evt.1.1.tasks.task.updated", 5, { first: 25 });
  const back = await TestSocket.stream(server.wsUrl, token, { lastSeq, epoch });
  await back.until(() => back.events.length === 5);
  assert.deepEqual([...seen, ...back.events.map(({ data }) => data.n)], [...Array(30).keys()]);
  await back.close();
});

Deno.test("flag effect - switched off by hand works as by the API", async () => {
  const socket = await stream(server, 1);
  await putByHand(other, STREAMING, "false");
  await assertDowngraded(socket);
});

Deno.test("flag effect - a service whose long poll is off refuses polls, the others go on", async () => {
  const token = await server.token();
  await setFlags(server, { GUEST_REALTIME_V1: false, REPORTS_REALTIME_V1: false });
  for (const service of SERVICE_NAMES) {
    const answer = await subscribe(SERVICES[service].base, token, "?wait=0");
    const isOff = ["guest", "reports"].includes(service);
    assert.equal(answer.status, isOff ? 503 : 200, service);
    if (!isOff) continue;
    assert.equal(answer.json.code, "long_poll_off");
    assert.equal(answer.headers.get("retry-after"), String(SWITCHED_OFF_RETRY_S));
  }
  assert.equal(server.services.connections.size, 0, "a refused poll holds no place");
});

Deno.test("flag effect - a poll says how long it wants to wait, and 0 is answered at once", async () => {
  const token = await server.token();
  const { last, epoch } = await streamInfo(server);
  const { json } = await subscribe("tasks", token, "?wait=0");
  assert.deepEqual(json, { events: [], seq: last, epoch });
  for (const wait of ["-1", String(POLL_WAIT_MS + 1), "x", "1.5", "01", "1e3"]) {
    const answer = await subscribe("tasks", token, `?wait=${wait}`);
    assert.deepEqual([answer.status, answer.json.code], [400, "bad_request"], wait);
  }
  const ended = await subscribe("tasks", token, "?wait=1");
  assert.deepEqual(ended.json.events, []);
});

Deno.test("flag effect - a poll that waits for nothing still brings on who is far behind", async () => {
  const token = await server.token({ sub: "behind" });
  const { last, epoch } = await streamInfo(server);
  // More than is kept in memory: it must be read from the stream, which takes a moment.
  const count = RING_EVENTS_MAX + 150;
  await publishMany(server, "evt.1.1.tasks.task.updated", count);
  const seen: number[] = [];
  let polls = 0;
  for (let lastSeq = last; seen.length < count; polls++) {
    const { json } = await subscribe("tasks", token, `?wait=0&lastSeq=${lastSeq}&epoch=${epoch}`);
    assert.ok(json.seq > lastSeq, "it stands still");
    seen.push(...json.events.map(({ data }: { data: { n: number } }) => data.n));
    lastSeq = json.seq;
  }
  assert.deepEqual(seen, [...Array(count).keys()]);
  assert.ok(polls <= 10, `${polls} polls`);
});

Deno.test("flag effect - the fleet's sockets and polls are counted over both instances", async () => {
  const sockets = await Promise.all([server, other, other].map((on) => stream(on, 1)));
  const token = await server.token();
  const answering = subscribe("tasks", token);
  await until("it waits", () => server.services.connections.counts().polling === 1);
  const counts = await call(`${other.url}/feature-flags/counts`, { token: await operator(server) });
  assert.equal(counts.status, 200, counts.text);
  const { shares, ...rest } = counts.json;
  assert.deepEqual(rest, { instances: 2, streaming: 3, polling: 1, organisations: 2 });
  assert.deepEqual([shares.length, shares[0], shares[BETWEEN], shares[100]], [101, 0, 1, 2]);
  await publish(server, "evt.1.1.tasks.task.updated");
  await answering;
  for (const socket of sockets) await socket.close();
});
