// The long poll of each service: the socket's cursor without a socket.
import assert from "node:assert/strict";
import FakeTimers from "@sinonjs/fake-timers";
import { jetstreamManager } from "@nats-io/jetstream";
import { POLL_EVENTS_MAX, POLL_WAIT_MS } from "@/lib/protocol/limits.ts";
import { SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import {
  type Answer,
  call,
  type CallOptions,
  publish,
  publishMany,
  startDemo,
  streamInfo,
  until,
} from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

let server: TestServer;
let token: string;
Deno.test.beforeAll(async () => {
  server = await startDemo({ maxConnectionsPerUser: 30 });
  token = await server.token();
});
Deno.test.afterAll(() => server?.stop());

function poll(
  base: string,
  query: Record<string, string | number> = {},
  options: CallOptions = {},
): Promise<Answer> {
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return call(`${server.url}/${base}/realtime/subscribe?${search}`, { token, ...options });
}

/** Waits until so many polls and sockets wait. */
function waiting(count: number): Promise<boolean> {
  return until(`${count} wait`, () => server.services.connections.size === count);
}

Deno.test("poll - each of the ten services waits, and answers its own events alone", async () => {
  const polls = SERVICE_NAMES.map((service) => poll(SERVICES[service].base));
  await waiting(SERVICE_NAMES.length);
  for (const service of SERVICE_NAMES) {
    await publish(server, `evt.1.1.${service}.${SERVICES[service].entities[0]}.updated`, {
      data: { service },
    });
  }
  const { epoch } = await streamInfo(server);
  for (const [index, service] of SERVICE_NAMES.entries()) {
    const { status, json, headers } = await polls[index]!;
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json), ["events", "seq", "epoch"]);
    assert.deepEqual(json.events.map(({ data }: { data: { service: string } }) => data.service), [service]);
    assert.equal(json.epoch, epoch);
    assert.equal(headers.get("cache-control"), "no-store");
  }
  await waiting(0);
});

Deno.test("poll - its cursor is the socket's, both ways, and on another instance", async () => {
  const other = await server.another();
  const { last, epoch } = await streamInfo(server);
  await publishMany(server, "evt.1.1.tasks.task.updated", 6);
  const seen: number[] = [];
  let first = { seq: last };
  while (seen.length < 6) {
    const { json } = await poll("tasks", { lastSeq: first.seq, epoch });
    seen.push(...json.events.map(({ data }: { data: { n: number } }) => data.n));
    first = json;
  }
  assert.deepEqual([seen, first.seq], [[0, 1, 2, 3, 4, 5], last + 6]);
  const { json: middle } = await call(
    `${other.url}/tasks/realtime/subscribe?lastSeq=${last + 4}&epoch=${epoch}`,
    { token },
  );
  assert.deepEqual(middle.events.map(({ data }: { data: { n: number } }) => data.n), [4, 5]);
  const socket = await TestSocket.stream(server.wsUrl, token, { lastSeq: first.seq, epoch });
  await publish(server, "evt.1.1.tasks.task.updated", { data: { n: 6 } });
  await socket.until(() => socket.events.length > 0);
  assert.deepEqual(socket.events.map(({ data }) => data.n), [6]);
  const { json: after } = await poll("tasks", { lastSeq: socket.lastSeq - 1, epoch });
  assert.deepEqual(after.events.map(({ data }: { data: { n: number } }) => data.n), [6]);
  await socket.close();
  await other.stop();
});

Deno.test("poll - a client that polls on and on misses nothing and gets nothing twice", async () => {
  const { last, epoch } = await streamInfo(server);
  const publishing = publishMany(server, "evt.1.1.guest.guest.updated", 900);
  const seen: number[] = [];
  for (let lastSeq = last; seen.length < 900;) {
    const { json } = await poll("guest-checkin", { lastSeq, epoch });
    assert.ok(json.seq >= lastSeq && json.events.length > 0);
    seen.push(...json.events.map(({ data }: { data: { n: number } }) => data.n));
    lastSeq = json.seq;
  }
  await publishing;
  assert.deepEqual(seen, [...Array(900).keys()]);
});

Deno.test("poll - an answer holds at most 500 events, whatever their size, and its cursor goes on from there", async () => {
  const { last, epoch } = await streamInfo(server);
  // Frames of odd sizes, so that their sum does not meet the limit by itself.
  const count = 1_203;
  for (let n = 0; n < count; n += 401) {
    await publishMany(server, "evt.1.1.tasks.task.updated", 401, {
      first: n,
      padding: n === 401 ? 1_000 : 0,
    });
  }
  const seen: number[] = [];
  for (let lastSeq = last; seen.length < count;) {
    const { json } = await poll("tasks", { lastSeq, epoch });
    assert.ok(json.events.length <= POLL_EVENTS_MAX, `${json.events.length} events in one answer`);
    assert.ok(json.events.length > 0);
    seen.push(...json.events.map(({ data }: { data: { n: number } }) => data.n));
    lastSeq = json.seq;
  }
  assert.deepEqual(seen, [...Array(count).keys()]);
});

Deno.test("poll - a property filter, and what concerns the whole organisation", async () => {
  const { last, epoch } = await streamInfo(server);
  for (const [n, property] of ["1", "2", "_"].entries()) {
    await publish(server, `evt.1.${property}.tasks.task.updated`, { data: { n } });
  }
  const seen: number[] = [];
  // What is published is on its way to the feed: the first answer may come before the last event.
  for (let lastSeq = last; seen.at(-1) !== 2;) {
    const { json } = await poll("tasks", { lastSeq, epoch, propertyId: 2 });
    seen.push(...json.events.map(({ data }: { data: { n: number } }) => data.n));
    lastSeq = json.seq;
  }
  assert.deepEqual(seen, [1, 2]);
});

Deno.test("poll - a lost place is told at once, with the cursor to go on from", async () => {
  const { last, epoch } = await streamInfo(server);
  const resets: [Record<string, string | number>, string][] = [
    [{ lastSeq: 1, epoch: "another" }, "recreated"],
    [{ lastSeq: last + 1, epoch }, "ahead"],
    [{ lastSeq: Number.MAX_SAFE_INTEGER }, "ahead"],
  ];
  for (const [query, reset] of resets) {
    const { json } = await poll("tasks", query);
    assert.deepEqual(json, { events: [], seq: last, epoch, reset });
  }
  const { seq } = await publish(server, "evt.1.1.tasks.task.updated");
  await (await jetstreamManager(server.services.nats)).streams.purge(EVENTS, { seq });
  const other = await server.another();
  const trimmed = await call(`${other.url}/tasks/realtime/subscribe?lastSeq=${seq - 2}&epoch=${epoch}`, {
    token,
  });
  assert.deepEqual([trimmed.json.reset, trimmed.json.events], ["trimmed", []]);
  await other.stop();
});

Deno.test("poll - what may not be seen is 403, what is not there 404, what is not understood 400", async () => {
  const staff = await server.token({ sub: "s1", role: "staff", properties: [1] });
  const refused: [string, Record<string, string | number>, string | undefined, number][] = [
    ["finance", {}, staff, 403],
    ["tasks", { propertyId: 2 }, staff, 403],
    ["tasks", { lastSeq: "x" }, staff, 400],
    ["tasks", { lastSeq: -1 }, staff, 400],
    ["tasks", { lastSeq: 1.5 }, staff, 400],
    ["tasks", { propertyId: 0 }, staff, 400],
    ["tasks", { propertyId: "1,2" }, staff, 400],
    ["guest", {}, staff, 404],
    ["spa", {}, staff, 404],
    ["__proto__", {}, staff, 404],
    ["tasks", {}, undefined, 401],
    ["tasks", {}, "a.b.c", 401],
  ];
  for (const [base, query, as, status] of refused) {
    const answer = await call(
      `${server.url}/${base}/realtime/subscribe?${new URLSearchParams(query as Record<string, string>)}`,
      {
        ...(as !== undefined && { token: as }),
      },
    );
    assert.equal(answer.status, status, `${base} ${JSON.stringify(query)}: ${answer.text}`);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
  }
  assert.equal(server.services.connections.size, 0);
});

Deno.test("poll - a client that goes away gives its place back", async () => {
  const limit = 30;
  const gone = new AbortController();
  const polls = Array.from(
    { length: limit },
    () => poll("tasks", {}, { signal: gone.signal }).catch(() => undefined),
  );
  await waiting(limit);
  assert.deepEqual((await poll("tasks")).json.code, "too_many_connections");
  gone.abort();
  await Promise.all(polls);
  await waiting(0);
});

Deno.test("poll - a drain answers those who wait at once, and refuses those who come", async () => {
  const leaving = await server.another();
  const answering = call(`${leaving.url}/tasks/realtime/subscribe`, { token });
  await until("it waits", () => leaving.services.connections.size === 1);
  const stopping = leaving.stop();
  const { status, json } = await answering;
  assert.deepEqual([status, json.events], [200, []]);
  assert.equal(json.seq, (await streamInfo(server)).last);
  await stopping;
});

/** Holds back the timers of this length until `fire`. */
function holdTimers(ms: number): { fire(): void } {
  const real = globalThis.setTimeout;
  const held: (() => void)[] = [];
  const hold = (run: () => void, delay?: number, ...rest: unknown[]) => {
    if (delay !== ms) return real(run, delay, ...rest);
    held.push(run);
    return 0;
  };
  globalThis.setTimeout = hold as unknown as typeof setTimeout;
  return {
    fire() {
      globalThis.setTimeout = real;
      for (const run of held) run();
    },
  };
}

Deno.test("poll - where nothing happens it is answered after 25 s, with a cursor that has moved along", async () => {
  assert.equal(POLL_WAIT_MS, 25_000);
  const waits = holdTimers(POLL_WAIT_MS);
  const answering = poll("branding");
  await waiting(1);
  // The other organisation moves the stream on; this one sees nothing of it, and learns of it within 20 s.
  const { seq } = await publish(server, "evt.2.1.tasks.task.updated");
  const { epoch } = await streamInfo(server);
  const clock = FakeTimers.install({ now: Date.now() + 20_000, toFake: ["Date"] });
  await until("the feed has moved along", () => server.services.feeds.head(epoch) === seq);
  clock.uninstall();
  assert.equal(server.services.connections.size, 1);
  waits.fire();
  const { json } = await answering;
  assert.deepEqual(json, { events: [], seq, epoch });
});
