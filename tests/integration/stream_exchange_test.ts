// The exchange that the product text prints, as it is written there.
import assert from "node:assert/strict";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { call, startDemo } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());

/** Connects, sends the handshake of the text, and waits for its ack. */
async function connectAsWritten(token: string): Promise<TestSocket> {
  const socket = await TestSocket.open(`${server.wsUrl}/v2/realtime/stream`, token);
  socket.send('{"services": ["finance", "staff"], "version": 1}');
  await socket.next((frame) => frame.type === "ack");
  return socket;
}

const CONTENT_TYPES = [
  ["application/json", { "content-type": "application/json" }],
  ["no content type", {}],
  ["the content type of curl -d", { "content-type": "application/x-www-form-urlencoded" }],
] as const;

for (const [name, headers] of CONTENT_TYPES) {
  Deno.test(`exchange - a revenue posted with ${name} arrives at the socket`, async () => {
    const token = await server.token();
    const socket = await connectAsWritten(token);
    const body = '{"amount": 1000, "propertyId": 1}';
    const posted = await call(`${server.url}/finance/revenue`, { token, body, headers: { ...headers } });
    assert.equal(posted.status, 201, posted.text);
    const frame = await socket.next((frame) => frame.type === "event");
    assert.deepEqual([frame.service, frame.events.length], ["finance", 1]);
    const [event] = frame.events;
    assert.deepEqual([event.entity, event.action, event.propertyId], ["revenue", "created", 1]);
    assert.deepEqual(event.data, posted.json);
    assert.equal(event.version, posted.json.version);
    assert.match(event.id, /^[0-9a-f-]{36}$/);
    assert.ok(frame.seq > frame.prevSeq && Number.isSafeInteger(frame.seq));
    await socket.close();
  });
}

Deno.test("exchange - the ack says where the connection stands and how long its token lives", async () => {
  const token = await server.token({}, 600);
  const socket = await connectAsWritten(token);
  const { frames: [ack] } = socket;
  assert.deepEqual(Object.keys(ack!).sort(), [
    "connectionId",
    "epoch",
    "expiresAt",
    "heartbeatMs",
    "seq",
    "timestamp",
    "type",
  ]);
  const { exp } = JSON.parse(atob(token.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/")));
  assert.equal(Date.parse(ack!.expiresAt), exp * 1000);
  assert.equal(new Date(ack!.timestamp).toISOString(), ack!.timestamp);
  assert.equal(ack!.heartbeatMs, 30_000);
  await socket.close();
});

Deno.test("exchange - the metrics have the keys and types of the text and nothing else", async () => {
  // An organisation of its own, so that the numbers are known.
  const token = await server.token({ orgId: 2 });
  const socket = await connectAsWritten(token);
  await call(`${server.url}/finance/revenue`, { token, json: { amount: 5, propertyId: 1 } });
  await socket.next((frame) => frame.type === "event");
  const { status, json } = await call(`${server.url}/v2/realtime/metrics`, { token });
  assert.equal(status, 200);
  const { eventsByService, avgLatencyMs, ...counts } = json;
  const none = Object.fromEntries(SERVICE_NAMES.map((service) => [service, 0]));
  assert.deepEqual(eventsByService, { ...none, finance: 1 });
  assert.deepEqual(counts, { activeConnections: 1, totalConnections: 1, eventsDelivered: 1, errorCount: 0 });
  assert.ok(typeof avgLatencyMs === "number" && avgLatencyMs >= 0);
  await socket.close();
  assert.equal((await call(`${server.url}/v2/realtime/metrics`)).status, 401);
});
