// Every way in which a client of the realtime socket can be wrong, and what it is told.
import assert from "node:assert/strict";
import { CLOSE } from "@/lib/protocol/close_codes.ts";
import { CLIENT_FRAME_BYTES_MAX, CLIENT_FRAMES_MAX, HANDSHAKE_MS } from "@/lib/protocol/limits.ts";
import { call, publish, startDemo, watchConnections } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

let server: TestServer;
let managers: string;
let staff: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  managers = await server.token();
  staff = await server.token({ sub: "s1", role: "staff", properties: [1] });
});
Deno.test.afterAll(() => server?.stop());

function open(token = managers): Promise<TestSocket> {
  return TestSocket.open(`${server.wsUrl}/v2/realtime/stream`, token);
}

const GOOD = { services: ["finance"], version: 1 };

/** First frame, error code, close code; by a manager unless said otherwise. */
const HANDSHAKES: readonly (readonly [string, unknown, string, number, ("staff")?])[] = [
  ["text that is not JSON", "{services:", "bad_handshake", 4400],
  ["an array", [GOOD], "bad_handshake", 4400],
  ["null", "null", "bad_handshake", 4400],
  ["services that are no list", { ...GOOD, services: "finance" }, "bad_handshake", 4400],
  ["a property id that is text", { ...GOOD, filters: { propertyId: "1" } }, "bad_handshake", 4400],
  ["a property id of 0", { ...GOOD, filters: { propertyId: 0 } }, "bad_handshake", 4400],
  ["a negative lastSeq", { ...GOOD, lastSeq: -1 }, "bad_handshake", 4400],
  ["a lastSeq beyond the safe integers", { ...GOOD, lastSeq: 2 ** 53 }, "bad_handshake", 4400],
  ["no version", { services: ["finance"] }, "bad_handshake", 4400],
  ["version 2", { ...GOOD, version: 2 }, "bad_version", 4400],
  ["a service that does not exist", { ...GOOD, services: ["finance", "spa"] }, "unknown_service", 4400],
  ["a name of every object", { ...GOOD, services: ["constructor"] }, "unknown_service", 4400],
  ["a wildcard as a service", { ...GOOD, services: [">"] }, "unknown_service", 4400],
  ["an empty list of services", { ...GOOD, services: [] }, "no_services", 4400],
  [
    "staff asking for finance",
    { ...GOOD, services: ["staff", "finance"] },
    "service_forbidden",
    4403,
    "staff",
  ],
  [
    "a property outside the token",
    { services: ["tasks"], version: 1, filters: { propertyId: 2 } },
    "property_forbidden",
    4403,
    "staff",
  ],
];

for (const [name, first, code, closeCode, who] of HANDSHAKES) {
  Deno.test(`errors - a handshake with ${name} is told ${code} and closed ${closeCode}`, async () => {
    const socket = await open(who === "staff" ? staff : managers);
    socket.send(first);
    const closed = await socket.whenClosed();
    assert.equal(closed.code, closeCode);
    assert.equal(socket.frames.length, 1);
    const { type, message, ...error } = socket.frames[0]!;
    assert.deepEqual({ type, ...error }, { type: "error", code, retryable: false });
    assert.ok(message.length > 10 && !message.endsWith("."));
  });
}

Deno.test("errors - a binary frame closes the connection, before and after the handshake", async () => {
  for (const before of [true, false]) {
    const socket = before ? await open() : await TestSocket.stream(server.wsUrl, managers);
    socket.sendBinary(new TextEncoder().encode(JSON.stringify(GOOD)));
    assert.equal((await socket.whenClosed()).code, 4400);
    assert.equal(socket.frames.at(-1)!.code, "bad_frame");
  }
});

Deno.test("errors - a frame above the limit closes with 1009, one of just the limit does not", async () => {
  const socket = await open();
  const handshake = JSON.stringify(GOOD);
  socket.send(handshake.padEnd(CLIENT_FRAME_BYTES_MAX));
  await socket.next((frame) => frame.type === "ack");
  socket.send(handshake.padEnd(CLIENT_FRAME_BYTES_MAX + 1));
  assert.equal((await socket.whenClosed()).code, 1009);
  assert.equal(socket.frames.at(-1)!.code, "frame_too_big");
});

Deno.test("errors - the limit of a frame counts bytes, not characters", async () => {
  const socket = await open();
  socket.send({ ...GOOD, note: "₹".repeat(CLIENT_FRAME_BYTES_MAX / 2) });
  assert.equal((await socket.whenClosed()).code, 1009);
});

Deno.test("errors - a frame of a megabyte ends its own connection and no other", async () => {
  const other = await TestSocket.stream(server.wsUrl, managers);
  const socket = await open();
  socket.send("x".repeat(1024 * 1024));
  assert.equal((await socket.whenClosed()).code, 1009);
  await publish(server, "evt.1.1.finance.revenue.created", { data: { big: 1 } });
  await other.next((frame) => frame.type === "event");
  await other.close();
});

Deno.test("errors - after the handshake a frame that is not understood is answered and the socket stays", async () => {
  const socket = await TestSocket.stream(server.wsUrl, managers);
  const wrong = [
    { type: "unheard" },
    {},
    [],
    "not JSON",
    "null",
    { type: "subscribe" },
    { type: "subscribe", services: [] },
    { type: "subscribe", services: ["spa"] },
    { type: "auth" },
    { type: "auth", token: 5 },
    GOOD,
  ];
  for (const frame of wrong) socket.send(frame);
  await socket.until(() => socket.frames.filter(({ type }) => type === "error").length === wrong.length);
  const codes = socket.frames.filter(({ type }) => type === "error").map(({ code }) => code);
  const expected = wrong.map(() => "bad_frame");
  expected[6] = "no_services";
  expected[7] = "unknown_service";
  assert.deepEqual(codes, expected);
  await publish(server, "evt.1.1.finance.revenue.created", { data: { still: "here" } });
  await socket.next((frame) => frame.events?.some((event: { data: object }) => "still" in event.data));
  await socket.close();
});

Deno.test("errors - staff cannot subscribe to finance later, and keep what they had", async () => {
  const socket = await TestSocket.stream(server.wsUrl, staff, { services: ["tasks"] });
  socket.send({ type: "subscribe", services: ["tasks", "finance"] });
  assert.equal((await socket.next((frame) => frame.type === "error")).code, "service_forbidden");
  socket.send({ type: "subscribe", services: ["tasks"], filters: { propertyId: 2 } });
  await socket.next((frame) => frame.code === "property_forbidden");
  await publish(server, "evt.1.1.finance.revenue.created", { data: { hidden: 1 } });
  await publish(server, "evt.1.2.tasks.task.created", { data: { hidden: 1 } });
  await publish(server, "evt.1.1.tasks.task.created", { data: { shown: 1 } });
  await socket.next((frame) => frame.type === "event");
  assert.deepEqual(socket.events.map(({ data }) => data), [{ shown: 1 }]);
  await socket.close();
});

Deno.test("errors - too many frames in a window close with 4429, one fewer does not", async () => {
  const socket = await TestSocket.stream(server.wsUrl, managers);
  // The handshake was the first.
  for (let n = 1; n < CLIENT_FRAMES_MAX; n++) socket.send({ type: "subscribe", services: ["finance"] });
  await socket.until(() => socket.frames.filter(({ type }) => type === "ack").length === CLIENT_FRAMES_MAX);
  socket.send({ type: "subscribe", services: ["finance"] });
  assert.equal((await socket.whenClosed()).code, 4429);
  assert.deepEqual(
    [socket.frames.at(-1)!.code, socket.frames.at(-1)!.retryable],
    ["too_many_frames", true],
  );
});

Deno.test("errors - without a handshake in time the socket is closed 4408", async () => {
  const taken = watchConnections(server);
  const socket = await open();
  taken[0]!.tick(Date.now() + HANDSHAKE_MS - 1_000);
  taken[0]!.tick(Date.now() + HANDSHAKE_MS);
  assert.equal((await socket.whenClosed()).code, CLOSE.handshake_timeout.code);
  assert.deepEqual(socket.frames.map(({ code }) => code), ["handshake_timeout"]);
});

Deno.test("errors - every error was counted for the organisation it happened in", async () => {
  const before = await call(`${server.url}/v2/realtime/metrics`, { token: managers });
  const socket = await open();
  socket.send("{");
  await socket.whenClosed();
  const after = await call(`${server.url}/v2/realtime/metrics`, { token: managers });
  assert.equal(after.json.errorCount, before.json.errorCount + 1);
  const other = await call(`${server.url}/v2/realtime/metrics`, { token: await server.token({ orgId: 2 }) });
  assert.equal(other.json.errorCount, 0);
});
