// Any other service publishes with a plain NATS client; what does not validate is never shown, counted, and kept.
import assert from "node:assert/strict";
import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import { jetstream, jetstreamManager, type StoredMsg } from "@nats-io/jetstream";
import { EVENT_BYTES_MAX } from "@/lib/protocol/limits.ts";
import { DEAD } from "@/services/nats/streams.ts";
import { Validator } from "@/services/events/validator.ts";
import { call, startDemo, streamInfo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";
import { Registry } from "@/lib/metrics/registry.ts";
import { APP_METRICS } from "@/services/metrics/app_metrics.ts";

let server: TestServer;
let token: string;
let publisher: NatsConnection;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  token = await server.token();
  publisher = await connect({ servers: server.nats.url });
});
Deno.test.afterAll(async () => {
  await publisher?.drain();
  await server?.stop();
});

const TASK = "evt.1.1.tasks.task.updated";

async function deadMessages(): Promise<StoredMsg[]> {
  const jsm = await jetstreamManager(publisher);
  const { state } = await jsm.streams.info(DEAD);
  const messages: StoredMsg[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
    const message = await jsm.streams.getMessage(DEAD, { seq });
    if (message !== null) messages.push(message);
  }
  return messages;
}

Deno.test("events - a plain publish without JetStream arrives, with id and time of the stream", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token);
  publisher.publish(TASK, '{"data": {"title": "Check the pump"}}');
  const frame = await socket.next(({ type }) => type === "event");
  const [event] = frame.events;
  const { at, ...rest } = event;
  const data = { title: "Check the pump" };
  assert.deepEqual(rest, {
    id: `seq-${frame.seq}-${Date.parse(at)}`,
    entity: "task",
    action: "updated",
    propertyId: 1,
    data,
  });
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000);
  await socket.close();
});

Deno.test("events - id, time and version of the payload are kept; the header's id stands in for a missing one", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token);
  const at = "2026-11-23T18:30:00.250+05:30";
  publisher.publish(
    TASK,
    JSON.stringify({ id: "mine", at, version: 4, actor: "bot", data: { n: 1 }, more: 1 }),
  );
  const withId = headers();
  withId.set("Nats-Msg-Id", "of-the-header");
  publisher.publish("evt.1._.tasks.task.done", '{"data":{}}', { headers: withId });
  await socket.until(() => socket.events.length === 2);
  assert.deepEqual(socket.events[0], {
    id: "mine",
    entity: "task",
    action: "updated",
    propertyId: 1,
    version: 4,
    at: "2026-11-23T13:00:00.250Z",
    data: { n: 1 },
  });
  const { id, action, propertyId } = socket.events[1]!;
  assert.deepEqual([id, action, propertyId], ["of-the-header", "done", null]);
  await socket.close();
});

Deno.test("events - the same Nats-Msg-Id twice is shown once", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token);
  const js = jetstream(publisher);
  const acks = [];
  for (const n of [1, 2]) {
    acks.push(await js.publish(TASK, JSON.stringify({ data: { n } }), { msgID: "twice" }));
  }
  assert.deepEqual(acks.map(({ duplicate }) => duplicate), [false, true]);
  await js.publish(TASK, '{"data":{"n":3}}');
  await socket.until(() => socket.events.some(({ data }) => data.n === 3));
  assert.deepEqual(socket.events.map(({ data }) => data.n), [1, 3]);
  await socket.close();
});

const bytes = new TextEncoder();
const deep = `{"data":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}`.slice(0, EVENT_BYTES_MAX);

/** Subject and payload of what must not be shown. */
const MALFORMED: readonly (readonly [string, string | Uint8Array<ArrayBuffer>])[] = [
  [TASK, ""],
  [TASK, "not JSON"],
  [TASK, "[]"],
  [TASK, "null"],
  [TASK, '"text"'],
  [TASK, "{}"],
  [TASK, '{"data":null}'],
  [TASK, '{"data":[1]}'],
  [TASK, '{"id":"","data":{}}'],
  [TASK, '{"id":5,"data":{}}'],
  [TASK, '{"id":"with space","data":{}}'],
  [TASK, JSON.stringify({ id: "x".repeat(129), data: {} })],
  [TASK, '{"at":"yesterday","data":{}}'],
  [TASK, '{"at":1700000000000,"data":{}}'],
  [TASK, '{"at":"2026-13-45T99:00:00Z","data":{}}'],
  [TASK, '{"version":0,"data":{}}'],
  [TASK, '{"version":"1","data":{}}'],
  [TASK, JSON.stringify({ data: { pad: "x".repeat(EVENT_BYTES_MAX) } })],
  [TASK, deep],
  [TASK, new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ["evt.1.1.tasks.room.updated", '{"data":{}}'],
  ["evt.1.1.spa.task.updated", '{"data":{}}'],
  ["evt.1.1.constructor.task.updated", '{"data":{}}'],
  ["evt.1.1.tasks.task", '{"data":{}}'],
  ["evt.1.1.tasks.task.updated.now", '{"data":{}}'],
  ["evt.1.x.tasks.task.updated", '{"data":{}}'],
  ["evt.1.01.tasks.task.updated", '{"data":{}}'],
  ["evt.0.1.tasks.task.updated", '{"data":{}}'],
  ["evt.one.1.tasks.task.updated", '{"data":{}}'],
  ["evt.1.1.tasks.task.upd@ted", '{"data":{}}'],
  // Nobody of this organisation is connected.
  ["evt.77.1.tasks.task.updated", "not JSON"],
];

Deno.test("events - what does not validate never arrives, is counted, and kept once with its reason by two instances", async () => {
  const other = await server.another();
  const { last, epoch } = await streamInfo(server);
  const services = ["tasks", "finance", "properties"];
  const sockets = [
    await TestSocket.stream(server.wsUrl, token, { services }),
    await TestSocket.stream(other.wsUrl, token, { services }),
  ];
  const counted = () => server.services.validator.invalid + other.services.validator.invalid;
  assert.equal(counted(), 0);
  for (const [subject, payload] of MALFORMED) publisher.publish(subject, payload);
  publisher.publish(TASK, '{"id":"good","data":{"n":1}}');
  await until("all are counted", () => counted() >= MALFORMED.length);
  sockets.push(await TestSocket.stream(server.wsUrl, token, { services, lastSeq: last, epoch }));
  for (const socket of sockets) {
    await socket.until(() => socket.events.length > 0);
    assert.deepEqual(socket.events.map(({ id }) => id), ["good"]);
  }
  const { json } = await call(`${server.url}/tasks/realtime/subscribe?lastSeq=${last}&epoch=${epoch}`, {
    token,
  });
  assert.deepEqual(json.events.map(({ id }: { id: string }) => id), ["good"]);
  const kept = await deadMessages();
  assert.equal(kept.length, MALFORMED.length);
  assert.equal(counted(), MALFORMED.length);
  const bySeq = kept.toSorted((a, b) => seqOf(a) - seqOf(b));
  for (const [index, [subject, payload]] of MALFORMED.entries()) {
    const message = bySeq[index]!;
    assert.match(message.subject, /^dead\.evt\.([1-9][0-9]*|_)\.[0-9a-f]+\.[0-9]+$/);
    assert.equal(message.header.get("Innstream-Subject"), subject);
    assert.ok(message.header.get("Innstream-Reason").length > 10, subject);
    assert.deepEqual(message.data, typeof payload === "string" ? bytes.encode(payload) : payload);
  }
  for (const socket of sockets) await socket.close();
  await other.stop();
});

function seqOf({ subject }: StoredMsg): number {
  return Number(subject.split(".").at(-1));
}

Deno.test("events - looking at the same messages again keeps each of them once", async () => {
  const before = (await deadMessages()).length;
  const jsm = await jetstreamManager(publisher);
  // As after the loss of the consumer: everything is looked at from the beginning.
  await jsm.consumers.delete("EVENTS", "validator");
  const again = new Validator({
    js: jetstream(publisher),
    jsm,
    registry: new Registry(APP_METRICS),
    failed: (error) => assert.fail(String(error)),
  });
  await again.restart((await streamInfo(server)).epoch);
  await until("all were looked at again", () => again.invalid >= before);
  assert.equal((await deadMessages()).length, before);
  again.close();
});
