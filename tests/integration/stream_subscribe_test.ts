// What a subscriber sees, and how it changes its mind without losing anything.
import assert from "node:assert/strict";
import { SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import { PING_MS } from "@/lib/protocol/limits.ts";
import { publish, publishMany, startDemo, streamInfo, watchConnections } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

let server: TestServer;
let token: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  token = await server.token();
});
Deno.test.afterAll(() => server?.stop());

function numbers(socket: TestSocket): number[] {
  return socket.events.map(({ data }) => data.n);
}

async function arrived(socket: TestSocket, n: number): Promise<void> {
  await socket.until(() => numbers(socket).includes(n));
}

Deno.test("subscribe - one socket carries all ten services, and every entity of theirs", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token, { services: SERVICE_NAMES });
  const wanted = SERVICE_NAMES.flatMap((service) =>
    SERVICES[service].entities.map((entity) => `${service}.${entity}`)
  );
  for (const key of wanted) await publish(server, `evt.1.1.${key}.updated`);
  await socket.until(() => socket.events.length === wanted.length);
  const seen = socket.frames.filter(({ type }) => type === "event")
    .flatMap(({ service, events }) => events.map(({ entity }: { entity: string }) => `${service}.${entity}`));
  assert.deepEqual(seen, wanted);
  await socket.close();
});

Deno.test("subscribe - a property filter lets its property and what concerns the whole organisation through", async () => {
  const one = await TestSocket.stream(server.wsUrl, token, { filters: { propertyId: 1 } });
  const all = await TestSocket.stream(server.wsUrl, token, { filters: {} });
  const none = await TestSocket.stream(server.wsUrl, token, { filters: { propertyId: null } });
  const subjects = ["1", "2", "_", "3", "1"].map((property) => `evt.1.${property}.tasks.task.updated`);
  for (const [n, subject] of subjects.entries()) await publish(server, subject, { data: { n } });
  for (const socket of [one, all, none]) await arrived(socket, 4);
  assert.deepEqual(numbers(one), [0, 2, 4]);
  assert.deepEqual(one.events.map(({ propertyId }) => propertyId), [1, null, 1]);
  assert.deepEqual([numbers(all), numbers(none)], [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]);
  for (const socket of [one, all, none]) await socket.close();
});

Deno.test("subscribe - staff see the properties of their token only, whatever they leave out", async () => {
  const staff = await server.token({ sub: "s1", role: "staff", properties: [2] });
  const nowhere = await server.token({ sub: "s2", role: "staff" });
  const socket = await TestSocket.stream(server.wsUrl, staff, { services: ["tasks"] });
  const wide = await TestSocket.stream(server.wsUrl, nowhere, { services: ["tasks"] });
  for (const [n, property] of ["1", "2", "_"].entries()) {
    await publish(server, `evt.1.${property}.tasks.task.updated`, { data: { n } });
  }
  await arrived(socket, 2);
  await arrived(wide, 2);
  assert.deepEqual([numbers(socket), numbers(wide)], [[1, 2], [2]]);
  await socket.close();
  await wide.close();
});

Deno.test("subscribe - a subscribe frame changes services and property in place, and loses nothing of what stays", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token, { services: ["tasks", "finance"] });
  const changes = [["tasks"], ["tasks", "staff"], ["tasks", "guest"], ["tasks", "users", "finance"]];
  for (const [index, services] of changes.entries()) {
    // The change comes in the middle of these.
    const publishing = publishMany(server, "evt.1.1.tasks.task.updated", 150, { first: index * 150 });
    socket.send({ type: "subscribe", services, filters: { propertyId: index % 2 === 0 ? null : 1 } });
    await publishing;
    await arrived(socket, index * 150 + 149);
  }
  assert.deepEqual(numbers(socket), [...Array(600).keys()]);
  const connections = new Set(
    socket.frames.filter(({ type }) => type === "ack").map(({ connectionId }) => connectionId),
  );
  assert.equal(connections.size, 1);
  await socket.close();
});

Deno.test("subscribe - what was left comes no more after the ack, what was added comes from there on", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token, { services: ["tasks"] });
  await publish(server, "evt.1.1.finance.revenue.created", { data: { n: 1 } });
  socket.send({ type: "subscribe", services: ["finance"], filters: { propertyId: 2 } });
  await socket.until(() => socket.frames.filter(({ type }) => type === "ack").length === 2);
  await publish(server, "evt.1.1.tasks.task.updated", { data: { n: 2 } });
  await publish(server, "evt.1.1.finance.revenue.created", { data: { n: 3 } });
  await publish(server, "evt.1.2.finance.revenue.created", { data: { n: 4 } });
  await arrived(socket, 4);
  assert.deepEqual(numbers(socket), [4]);
  await socket.close();
});

Deno.test("subscribe - frames hold one service each, at most 100 events, in stream order, with prevSeq linked", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token, { services: ["tasks", "finance"] });
  const subjects = Array.from({ length: 450 }, (_, n) => {
    return n % 150 < 140 ? "evt.1.1.tasks.task.updated" : "evt.1.1.finance.revenue.created";
  });
  const { last } = await streamInfo(server);
  const acks = await Promise.all(subjects.map((subject, n) => publish(server, subject, { data: { n } })));
  await socket.until(() => socket.events.length === subjects.length);
  const frames = socket.frames.filter(({ type }) => type === "event");
  let before = 0;
  for (const { service, events, seq, prevSeq } of frames) {
    assert.ok(events.length <= 100);
    assert.ok(
      events.every(({ entity }: { entity: string }) => entity === (service === "tasks" ? "task" : "revenue")),
    );
    assert.ok(seq > prevSeq && prevSeq <= Math.max(before, last));
    before = seq;
  }
  assert.equal(frames.at(-1)!.seq, Math.max(...acks.map(({ seq }) => seq)));
  const bySeq = subjects.map((_, n) => n).toSorted((a, b) => acks[a]!.seq - acks[b]!.seq);
  assert.deepEqual(numbers(socket), bySeq);
  await socket.close();
});

Deno.test("subscribe - a ping comes every 30 s and carries the resume point over events that were not shown", async () => {
  const taken = watchConnections(server);
  const socket = await TestSocket.stream(server.wsUrl, token, { services: ["branding"] });
  const busy = await TestSocket.stream(server.wsUrl, token, { services: ["tasks"] });
  const { seq } = await publish(server, "evt.1.1.tasks.task.updated", { data: { n: 1 } });
  await arrived(busy, 1);
  taken[0]!.tick(Date.now() + PING_MS - 1_000);
  taken[0]!.tick(Date.now() + PING_MS);
  const ping = await socket.next(({ type }) => type === "ping");
  assert.deepEqual(Object.keys(ping), ["type", "seq", "timestamp"]);
  assert.equal(ping.seq, seq);
  assert.equal(socket.frames.filter(({ type }) => type === "ping").length, 1);
  await socket.close();
  await busy.close();
});
