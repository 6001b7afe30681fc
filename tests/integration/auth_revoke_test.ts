// Tokens that end before their time: everywhere, on all instances, and kept.
import assert from "node:assert/strict";
import { decodeJwt } from "jose";
import { type Principal, principalOf } from "@/lib/auth/principal.ts";
import { renewSession } from "@/services/auth/refresh.ts";
import { REVOCATIONS_MAX, TOKEN_DAYS_MAX } from "@/services/auth/revocations.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { ChatPeer } from "../harness/chat.ts";
import { call, startDemo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";
import { testFile, TestUpload } from "../harness/upload.ts";

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

function revoke(token: string, json?: unknown, url = server.url) {
  return call(`${url}/auth/revoke`, { token, method: "POST", ...(json !== undefined && { json }) });
}

async function codeFor(token: string, url = other.url): Promise<string> {
  const { status, json } = await call(`${url}/tasks/task`, { token });
  return status === 200 ? "ok" : json.code;
}

/** Past the second in which tokens of now were issued. */
function nextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000 - Date.now() % 1_000 + 20));
}

Deno.test("revoke - every way in is closed, and what is open ends, on the other instance too", async () => {
  const token = await server.token({ sub: "lost", jti: "session-1" });
  const { wsUrl } = other;
  const ticket = (await call(`${server.url}/auth/ticket`, { token, method: "POST" })).json.ticket;
  const stream = await TestSocket.stream(wsUrl, token);
  const chat = await ChatPeer.join("property-1", { wsUrl, token, userId: "lost" });
  const upload = await TestUpload.open(testFile(200_000), { wsUrl, token });
  const poll = call(`${other.url}/tasks/realtime/subscribe`, { token });
  await until("all are open", () => other.services.connections.size === 4);
  const bystander = await TestSocket.stream(wsUrl, await server.token({ sub: "other", jti: "session-2" }));

  const began = performance.now();
  assert.equal((await revoke(token)).status, 204);
  const closes = await Promise.all([stream, chat.socket, upload.socket].map((socket) => socket.whenClosed()));
  console.log(`three sockets of the other instance ended after ${Math.round(performance.now() - began)} ms`);
  assert.deepEqual(closes, Array(3).fill({ code: 4410, reason: "token was revoked" }));
  for (const socket of [stream, chat.socket, upload.socket]) {
    assert.equal(socket.frames.findLast(({ type }) => type === "error")?.code, "token_revoked");
  }
  assert.equal((await poll).json.code, "token_revoked");
  for (const { url } of [server, other]) {
    assert.equal(await codeFor(token, url), "token_revoked");
    assert.equal((await call(`${url}/auth/ticket`, { token, method: "POST" })).json.code, "token_revoked");
  }
  await assert.rejects(TestSocket.open(`${wsUrl}/v2/realtime/stream?ticket=${ticket}`));
  await assert.rejects(TestSocket.stream(wsUrl, token));
  assert.equal(bystander.closed, undefined);
  await bystander.close();
});

Deno.test("revoke - an admin ends all that a person has, and what is issued later is taken", async () => {
  const admin = await server.token({ role: "admin", sub: "boss" });
  const before = [await server.token({ sub: "gone" }), await server.token({ sub: "gone", jti: "j" })];
  const namesake = await server.token({ sub: "gone", orgId: 2 });
  assert.equal((await revoke(admin, { userId: "gone" })).status, 204);
  for (const token of before) {
    await until("it is refused", async () => await codeFor(token) === "token_revoked");
  }
  assert.equal(await codeFor(namesake), "ok", "of the other organisation");
  await nextSecond();
  assert.equal(await codeFor(await server.token({ sub: "gone" })), "ok");
});

Deno.test("revoke - a new token for an open socket is looked at, too", async () => {
  const admin = await server.token({ role: "admin", sub: "boss" });
  const socket = await TestSocket.stream(server.wsUrl, await server.token({ sub: "shift", jti: "first" }));
  const second = await server.token({ sub: "shift", jti: "second" });
  assert.equal((await revoke(admin, { jti: "second" })).status, 204);
  socket.send({ type: "auth", token: second });
  const error = await socket.next(({ type }) => type === "error");
  assert.equal(error.code, "token_invalid");
  await socket.close();
});

Deno.test("revoke - only an admin revokes what is another's, within the organisation, in a body that is understood", async () => {
  const manager = await server.token({ sub: "manager" });
  assert.equal((await revoke(manager, { userId: "anna" })).json.code, "forbidden");
  assert.equal((await revoke(manager, { jti: "x" })).json.code, "forbidden");
  const admin = await server.token({ role: "admin", sub: "boss" });
  for (
    const body of [
      { userId: "" },
      { userId: 5 },
      { userId: "x".repeat(129) },
      { userId: "a\0b" },
      { userId: "\ud800" },
      { jti: "a\0b" },
      { jti: null },
      { orgId: 2 },
      [],
    ]
  ) {
    assert.equal((await revoke(admin, body)).json.code, "validation_failed", JSON.stringify(body));
  }
  assert.equal((await call(`${server.url}/auth/revoke`, { method: "POST" })).json.code, "unauthenticated");
  const theirs = await server.token({ sub: "anna", orgId: 2 });
  assert.equal((await revoke(admin, { userId: "anna" })).status, 204);
  assert.equal(await codeFor(theirs, server.url), "ok");
});

Deno.test("revoke - an instance that starts later, and one that did not hear it, know", async () => {
  const token = await server.token({ sub: "late", jti: "late-1" });
  const missed = await server.token({ sub: "late", jti: "late-2" });
  const admin = await server.token({ role: "admin", sub: "boss" });
  await revoke(token);
  const third = await server.another();
  assert.equal(await codeFor(token, third.url), "token_revoked");
  await server.nats.kill();
  assert.equal((await revoke(admin, { jti: "late-2" })).status, 204, "PostgreSQL has it");
  await third.services.revocations.read();
  assert.equal(await codeFor(missed, third.url), "token_revoked");
  await server.nats.restart();
  await until("lists are answered again", async () => await codeFor(admin) === "ok");
  await third.stop();
});

Deno.test("revoke - a token without jti is known by what is signed of it, however its signature is written", async () => {
  const token = await server.token({ sub: "nameless" });
  const longer = await server.token({ sub: "nameless" }, 7_200);
  assert.equal((await revoke(token)).status, 204);
  await until("it is refused", async () => await codeFor(token) === "token_revoked");
  // The last character of 32 bytes has two bits that mean nothing.
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const rewritten = token.slice(0, -1) + digits[digits.indexOf(token.at(-1)!) ^ 1];
  assert.notEqual(await codeFor(rewritten), "ok");
  assert.equal(await codeFor(longer), "ok");
});

Deno.test("revoke - signing out ends the session wherever its token is", async () => {
  const token = await server.token({ sub: "meera", jti: crypto.randomUUID() });
  const headers = { cookie: `token=${token}`, origin: server.url };
  const answer = await fetch(`${server.url}/sign-out`, { method: "POST", headers, redirect: "manual" });
  await answer.body?.cancel();
  assert.equal(answer.status, 303);
  await until("it is refused", async () => await codeFor(token) === "token_revoked");
});

Deno.test("revoke - a token that lives longer than is remembered is not taken", async () => {
  const day = 86_400;
  assert.equal(await codeFor(await server.token({}, TOKEN_DAYS_MAX * day - 60)), "ok");
  assert.equal(await codeFor(await server.token({}, (TOKEN_DAYS_MAX + 1) * day)), "unauthenticated");
});

Deno.test("revoke - an organisation has so many by its admins, and a session still ends beyond that", async () => {
  const orgId = 77;
  await inTenant(server.services.sql, orgId, (tx) =>
    tx`
      insert into revocations (org_id, subject, revoked_at, revoked_by)
      select ${orgId}, 'user/' || n, now(), 'boss' from generate_series(1, ${REVOCATIONS_MAX - 1}) as n`);
  const admin = await server.token({ role: "admin", sub: "boss", jti: "boss-1", orgId });
  assert.equal((await revoke(admin, { userId: "last" })).status, 204);
  const full = await revoke(admin, { userId: "one more" });
  assert.deepEqual([full.status, full.json.code], [429, "too_many_requests"]);
  assert.ok(Number(full.headers.get("retry-after")) > 0);
  assert.equal((await revoke(admin, { userId: "last" })).status, 204, "again");
  assert.equal((await revoke(admin)).status, 204, "the own session");
  assert.equal(await codeFor(admin, server.url), "token_revoked");
});

Deno.test("revoke - a session is renewed as of when that was asked for, and not after it was revoked", async () => {
  const sessionAt = Math.floor(Date.now() / 1000);
  const token = await server.token({ sub: "meera", jti: crypto.randomUUID(), sessionAt });
  const headers = { cookie: `token=${token}`, origin: server.url };
  const refresh = () => call(`${server.url}/session/refresh`, { method: "POST", headers });
  const renewed = /token=([^;]+)/.exec((await refresh()).headers.get("set-cookie")!)![1]!;
  assert.equal((await revoke(token)).status, 204);
  assert.equal(await codeFor(renewed, server.url), "token_revoked");
  const refused = await refresh();
  assert.deepEqual([refused.status, refused.json.code], [401, "token_revoked"]);
  const { tokens } = server.services;
  const began = new Date(Date.now() - 60_000);
  const again = await server.token({ sub: "meera", sessionAt });
  const late = await renewSession(tokens, again, { now: began, refusal: () => Promise.resolve(undefined) });
  assert.ok("token" in late);
  assert.equal(decodeJwt(late.token).iat, Math.floor(began.getTime() / 1000));
});

Deno.test("revoke - without PostgreSQL nothing more is revoked, what was stays so, and what others revoke is heard", async () => {
  const third = await server.another();
  const token = await server.token({ sub: "dark", jti: "dark-1" });
  const still = await server.token({ sub: "dark", jti: "dark-2" });
  await revoke(token);
  await until("it is heard", () => third.services.revocations.covers(principal("dark-1")));
  await third.services.sql.end({ timeout: 1 });
  const refused = await revoke(still, undefined, third.url);
  assert.deepEqual([refused.status, refused.json.code], [503, "unavailable"]);
  const flags = (token: string) => call(`${third.url}/feature-flags`, { token });
  assert.equal((await flags(token)).json.code, "token_revoked");
  assert.equal((await flags(still)).status, 200);
  await revoke(still);
  await until("it is heard", async () => (await flags(still)).json.code === "token_revoked");
  await third.stop().catch(() => {});
});

function principal(jti: string): Principal {
  const read = principalOf({ sub: "dark", orgId: 1, role: "manager", exp: 4e9, jti });
  assert.ok(typeof read !== "string");
  return read;
}
