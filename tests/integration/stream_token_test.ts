// A token ends, or is replaced by another one on the same socket.
import assert from "node:assert/strict";
import { EXPIRY_WARNING_MS } from "@/lib/protocol/limits.ts";
import { call, publish, startDemo, watchConnections } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { type AnyFrame, TestSocket } from "../harness/socket.ts";

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());

const FINANCE = "evt.1.1.finance.revenue.created";
const TASKS = "evt.1.1.tasks.task.created";

/** What arrives of these events, once all of them and everything before them could have arrived. */
async function dataAfter(socket: TestSocket, last: string, n: number): Promise<unknown[]> {
  await publish(server, last, { data: { n } });
  await socket.until(() => socket.events.some(({ data }) => data.n === n));
  return socket.events.map(({ data }) => data.n);
}

function acks(socket: TestSocket): AnyFrame[] {
  return socket.frames.filter(({ type }) => type === "ack");
}

Deno.test("token - a new token prolongs the connection in place, and no event is lost around it", async () => {
  const socket = await TestSocket.stream(server.wsUrl, await server.token({}, 120));
  const next = await server.token({}, 7200);
  const published = Array.from({ length: 40 }, (_, n) => publish(server, FINANCE, { data: { n } }));
  socket.send({ type: "auth", token: next });
  await Promise.all(published);
  const seen = await dataAfter(socket, FINANCE, 100);
  assert.deepEqual(seen.toSorted((a, b) => Number(a) - Number(b)), [...Array(40).keys(), 100]);
  await socket.until(() => acks(socket).length === 2);
  const [first, second] = acks(socket);
  assert.equal(second!.connectionId, first!.connectionId);
  assert.ok(Date.parse(second!.expiresAt) - Date.parse(first!.expiresAt) > 6_000_000);
  await socket.close();
});

Deno.test("token - a token of another person or organisation, or a bad one, is refused and the old one holds", async () => {
  const socket = await TestSocket.stream(server.wsUrl, await server.token());
  const wrong = [
    await server.token({ sub: "u2" }),
    await server.token({ orgId: 2 }),
    await server.token({}, -60),
    "a.b.c",
  ];
  for (const token of wrong) socket.send({ type: "auth", token });
  await socket.until(() => socket.frames.filter(({ type }) => type === "error").length === wrong.length);
  const codes = socket.frames.filter(({ type }) => type === "error").map(({ code }) => code);
  assert.deepEqual(codes, ["token_mismatch", "token_mismatch", "token_invalid", "token_invalid"]);
  // Nothing of organisation 2 for the failed attempt, everything of 1 as before.
  await publish(server, "evt.2.1.finance.revenue.created", { data: { n: 666 } });
  assert.deepEqual(await dataAfter(socket, FINANCE, 1), [1]);
  await socket.close();
});

Deno.test("token - a new token that loses a service ends the connection with 4403", async () => {
  const socket = await TestSocket.stream(server.wsUrl, await server.token());
  socket.send({ type: "auth", token: await server.token({ services: ["tasks"] }) });
  assert.equal((await socket.whenClosed()).code, 4403);
  assert.equal(socket.frames.at(-1)!.code, "service_forbidden");
});

Deno.test("token - a new token that loses a property shows it no more", async () => {
  const socket = await TestSocket.stream(server.wsUrl, await server.token());
  socket.send({ type: "auth", token: await server.token({ properties: [2] }) });
  await socket.until(() => acks(socket).length === 2);
  await publish(server, TASKS, { data: { n: 1 } });
  assert.deepEqual(await dataAfter(socket, "evt.1.2.tasks.task.created", 2), [2]);
  const asked = await TestSocket.stream(server.wsUrl, await server.token(), { filters: { propertyId: 1 } });
  asked.send({ type: "auth", token: await server.token({ properties: [2] }) });
  assert.equal((await asked.whenClosed()).code, 4403);
  await socket.close();
});

Deno.test("token - the end is told a minute ahead, once, and closes with 4401", async () => {
  const taken = watchConnections(server);
  const socket = await TestSocket.stream(server.wsUrl, await server.token({}, 3600));
  const expiresAt = Date.parse(acks(socket)[0]!.expiresAt);
  const [held] = taken;
  held!.tick(expiresAt - EXPIRY_WARNING_MS - 1);
  held!.tick(expiresAt - EXPIRY_WARNING_MS);
  held!.tick(expiresAt - EXPIRY_WARNING_MS + 1);
  held!.tick(expiresAt - 1);
  const warnings = () => socket.frames.filter(({ code }) => code === "token_expiring");
  await socket.until(() => warnings().length > 0);
  assert.equal(warnings()[0]!.retryable, true);
  // A new token takes the warning back, and its own end is told again.
  socket.send({ type: "auth", token: await server.token({}, 7200) });
  await socket.until(() => acks(socket).length === 2);
  held!.tick(expiresAt + 1);
  const later = Date.parse(acks(socket)[1]!.expiresAt);
  held!.tick(later - 1);
  assert.equal(socket.closed, undefined);
  held!.tick(later);
  assert.deepEqual((await socket.whenClosed()).code, 4401);
  assert.equal(warnings().length, 2);
  assert.equal(socket.frames.at(-1)!.code, "token_expired");
});

Deno.test("token - one that ends no later than the one before it is not warned of again", async () => {
  const taken = watchConnections(server);
  const token = await server.token({}, 3600);
  const socket = await TestSocket.stream(server.wsUrl, token);
  const [held] = taken;
  const warnings = () => socket.frames.filter(({ code }) => code === "token_expiring").length;
  const end = Date.parse(acks(socket)[0]!.expiresAt);
  held!.tick(end - EXPIRY_WARNING_MS);
  for (const again of [token, await server.token({}, 1800)]) {
    const count = acks(socket).length;
    socket.send({ type: "auth", token: again });
    const ack = await socket.until(() => acks(socket)[count]);
    held!.tick(Date.parse(ack.expiresAt) - 1);
  }
  // What is sent after a warning would arrive after it.
  await dataAfter(socket, TASKS, 900);
  assert.equal(warnings(), 1);
  await socket.close();
});

Deno.test("token - a token that ends by the real clock closes the socket, and its events stop", async () => {
  // Two seconds are the shortest life that the handshake surely fits in.
  const socket = await TestSocket.stream(server.wsUrl, await server.token({}, 2));
  await socket.next(({ code }) => code === "token_expiring");
  assert.equal((await socket.whenClosed()).code, 4401);
});

Deno.test("token - one that ends before the handshake closes the socket just the same", async () => {
  const taken = watchConnections(server);
  const socket = await TestSocket.open(`${server.wsUrl}/v2/realtime/stream`, await server.token({}, 60));
  taken[0]!.tick(Date.now() + 60_001);
  assert.equal((await socket.whenClosed()).code, 4401);
});

async function ticketOf(claims: Record<string, unknown> = {}, lifeS = 3600): Promise<string> {
  const token = await server.token(claims, lifeS);
  const { status, json } = await call(`${server.url}/auth/ticket`, { token, method: "POST" });
  assert.equal(status, 201);
  return json.ticket;
}

Deno.test("token - a ticket prolongs the connection as a token does, once", async () => {
  const socket = await TestSocket.stream(server.wsUrl, await server.token({}, 120));
  const ticket = await ticketOf({}, 7200);
  socket.send({ type: "auth", ticket });
  await socket.until(() => acks(socket).length === 2);
  const [first, second] = acks(socket);
  assert.ok(Date.parse(second!.expiresAt) - Date.parse(first!.expiresAt) > 6_000_000);
  socket.send({ type: "auth", ticket });
  const used = await socket.next(({ type }) => type === "error");
  assert.equal(used.code, "token_invalid");
  assert.match(used.message, /was used/);
  // Nor does it open another socket.
  await assert.rejects(TestSocket.open(`${server.wsUrl}/v2/realtime/stream?ticket=${ticket}`));
  assert.deepEqual(await dataAfter(socket, FINANCE, 1), [1], "the connection goes on");
  await socket.close();
});

Deno.test("token - a ticket of another person or organisation, a bad one, or one beside a token is refused", async () => {
  const socket = await TestSocket.stream(server.wsUrl, await server.token());
  const frames = [
    { ticket: await ticketOf({ sub: "u2" }) },
    { ticket: await ticketOf({ orgId: 2 }) },
    { ticket: "a.b.c" },
    // A token is no ticket, and a ticket no token.
    { ticket: await server.token() },
    { token: await ticketOf() },
    { ticket: await ticketOf(), token: await server.token() },
    { ticket: null, token: null },
    { ticket: 5 },
  ];
  for (const frame of frames) socket.send({ type: "auth", ...frame });
  const errors = () => socket.frames.filter(({ type }) => type === "error");
  await socket.until(() => errors().length === frames.length);
  assert.deepEqual(errors().map(({ code }) => code), [
    "token_mismatch",
    "token_mismatch",
    "token_invalid",
    "token_invalid",
    "token_invalid",
    "bad_frame",
    "bad_frame",
    "bad_frame",
  ]);
  await publish(server, "evt.2.1.finance.revenue.created", { data: { n: 666 } });
  assert.deepEqual(await dataAfter(socket, FINANCE, 1), [1]);
  await socket.close();
});

Deno.test("token - while tickets cannot be looked at the old token holds", async () => {
  const alone = await startDemo();
  const socket = await TestSocket.stream(alone.wsUrl, await alone.token());
  const token = await alone.token();
  const { json } = await call(`${alone.url}/auth/ticket`, { token, method: "POST" });
  await alone.nats.kill();
  socket.send({ type: "auth", ticket: json.ticket });
  const { code } = await socket.next(({ type }) => type === "error");
  assert.deepEqual([code, socket.closed], ["unavailable", undefined]);
  await alone.stop();
});
