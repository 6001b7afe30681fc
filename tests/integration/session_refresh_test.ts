// A browser prolongs its session: a new cookie, and a ticket for the socket it has open.
import assert from "node:assert/strict";
import FakeTimers from "@sinonjs/fake-timers";
import { decodeJwt } from "jose";
import { MADE_FOR_HEADER, madeFor } from "@/lib/protocol/made_for.ts";
import { renewSession, SESSION_MAX_S } from "@/services/auth/refresh.ts";
import { SESSION_S } from "@/services/auth/session.ts";
import { Tokens } from "@/services/auth/tokens.ts";
import { type Answer, call, startDemo } from "../harness/live.ts";
import { TEST_SECRET, type TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());

const HOUR_S = 3600;

function nowS(): number {
  return Math.floor(Date.now() / 1000);
}

function refresh(token: string | null, headers: Record<string, string> = {}): Promise<Answer> {
  const cookie = token === null ? {} : { cookie: `token=${token}` };
  return call(`${server.url}/session/refresh`, {
    method: "POST",
    headers: { origin: server.url, ...cookie, ...headers },
  });
}

function cookieToken(headers: Headers): string {
  return /^token=([^;]+)/.exec(headers.get("set-cookie") ?? "")![1]!;
}

function submit(user: string): Promise<Response> {
  return fetch(`${server.url}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: server.url },
    body: new URLSearchParams({ user, next: "/live" }),
  });
}

/** Signs in as the page does. */
async function signIn(user: string): Promise<string> {
  const response = await submit(user);
  await response.body?.cancel();
  assert.equal(response.status, 303);
  return cookieToken(response.headers);
}

Deno.test("session - a refresh gives a new cookie with the same claims, and a ticket for the open socket", async () => {
  const first = await signIn("tomas");
  const socket = await TestSocket.stream(server.wsUrl, first, { services: ["tasks"] });
  const { status, headers, json } = await refresh(first);
  assert.equal(status, 200);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.deepEqual(Object.keys(json), ["expiresAt", "ticket"]);
  const cookie = headers.get("set-cookie")!;
  assert.match(cookie, /; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
  const { iat: _a, exp, ...claims } = decodeJwt(cookieToken(headers));
  const { iat: _b, exp: _c, ...before } = decodeJwt(first);
  assert.deepEqual(claims, before);
  assert.ok(typeof before.sessionAt === "number");
  assert.equal(Date.parse(json.expiresAt), exp! * 1000);
  socket.send({ type: "auth", ticket: json.ticket });
  const ack = await socket.until(() => socket.frames.filter(({ type }) => type === "ack")[1]);
  assert.equal(Date.parse(ack.expiresAt), exp! * 1000);
  await socket.close();
});

Deno.test("session - it is renewed for a shift at a time, and ends a day after the sign-in", async () => {
  for (const [agoH, lifeS] of [[0, SESSION_S], [11, SESSION_S], [13, 11 * HOUR_S]] as const) {
    const sessionAt = nowS() - agoH * HOUR_S;
    const { status, headers } = await refresh(await server.token({ sessionAt }, HOUR_S));
    assert.equal(status, 200);
    const claims = decodeJwt(cookieToken(headers));
    assert.equal(claims.sessionAt, sessionAt);
    assert.ok(Math.abs(claims.exp! - nowS() - lifeS) <= 2, `${agoH} h: ${claims.exp! - nowS()}`);
    const life = Number(/Max-Age=(\d+)/.exec(headers.get("set-cookie")!)![1]);
    assert.ok(Math.abs(life - lifeS) <= 2, "the cookie lives as long as its token");
  }
  const last = await refresh(await server.token({ sessionAt: nowS() - 23.5 * HOUR_S }, HOUR_S / 2));
  assert.deepEqual([last.status, last.json.code], [403, "forbidden"]);
  assert.equal(last.headers.get("set-cookie"), null);
  const over = await refresh(await server.token({ sessionAt: nowS() - SESSION_MAX_S }, HOUR_S));
  assert.deepEqual([over.status, over.json.code], [401, "token_expired"]);
  assert.match(over.json.detail, /sign in again/);
  assert.equal(over.headers.get("set-cookie"), null);
});

Deno.test("session - however often it is refreshed, it does not outlive its day", async () => {
  const tokens = new Tokens({
    jwtSecret: TEST_SECRET,
    jwksUrl: undefined,
    jwtIssuer: undefined,
    jwtAudience: undefined,
  });
  const clock = FakeTimers.install({ now: Date.now(), toFake: ["Date"] });
  try {
    const beganS = nowS();
    const renew = (token: string) =>
      renewSession(tokens, token, { now: new Date(), refusal: () => Promise.resolve(undefined) });
    const claims = { sub: "u1", orgId: 1, role: "manager", sessionAt: beganS };
    let token = await tokens.sign(claims, SESSION_S);
    for (let hours = 0; hours <= 12; hours++) {
      const renewed = await renew(token);
      assert.ok(!("code" in renewed), `after ${hours} h`);
      assert.ok(renewed.principal.expiresAt / 1000 <= beganS + SESSION_MAX_S);
      token = renewed.token;
      clock.tick(hours < 12 ? HOUR_S * 1000 : 0);
    }
    // It reaches to the end: whoever asks again is told so, and not given the same once more.
    clock.tick(11.99 * HOUR_S * 1000);
    const last = await renew(token);
    assert.ok("code" in last && last.code === "forbidden");
    assert.match(last.detail!, /reaches to the end/);
    clock.tick(0.01 * HOUR_S * 1000);
    // A token of the last second is forgiven the difference of clocks; its session is over.
    const ended = await renew(token);
    assert.ok("code" in ended && ended.code === "token_expired");
  } finally {
    clock.uninstall();
  }
});

Deno.test("session - a claim that lies about its beginning gains nothing", async () => {
  const cases = [[nowS() + 10 * HOUR_S, 200], ["now", 403], [null, 403], [-1e9, 401], [NaN, 403]] as const;
  for (const [sessionAt, wanted] of cases) {
    const { status, headers } = await refresh(await server.token({ sessionAt }, HOUR_S));
    assert.equal(status, wanted, String(sessionAt));
    if (status !== 200) continue;
    const claims = decodeJwt(cookieToken(headers));
    assert.ok(typeof claims.sessionAt === "number" && claims.sessionAt <= nowS());
  }
});

Deno.test("session - a token that was not issued by our sign-in is not prolonged", async () => {
  const answer = await refresh(await server.token({}, 60));
  assert.deepEqual([answer.status, answer.json.code], [403, "forbidden"]);
  assert.match(answer.json.detail, /identity provider/);
  assert.equal(answer.headers.get("set-cookie"), null);
});

Deno.test("session - a page that was made for another person does not prolong the session of this one", async () => {
  const token = await signIn("meera");
  const asTomas = await refresh(token, { [MADE_FOR_HEADER]: madeFor({ orgId: 1, userId: "tomas" }) });
  assert.deepEqual([asTomas.status, asTomas.json.code], [401, "unauthenticated"]);
  assert.equal(asTomas.headers.get("set-cookie"), null);
  const own = await refresh(token, { [MADE_FOR_HEADER]: madeFor({ orgId: 1, userId: "meera" }) });
  assert.equal(own.status, 200);
});

Deno.test("session - whose access is switched off neither signs in nor goes on; the same login elsewhere does", async () => {
  const before = await signIn("tomas");
  const token = await server.token({ role: "admin" });
  const { json } = await call(`${server.url}/users/user?login=tomas`, { token });
  const { id, version } = json.items[0];
  const set = (active: boolean, version: number) =>
    call(`${server.url}/users/user/${id}`, { token, method: "PATCH", json: { version, active } });
  assert.equal((await set(false, version)).status, 200);
  const ended = await refresh(before);
  assert.deepEqual([ended.status, ended.json.code], [401, "unauthenticated"]);
  const refused = await submit("tomas");
  assert.deepEqual([refused.status, refused.headers.get("set-cookie")], [403, null]);
  assert.match(await refused.text(), /Tomas Fernandes has no access at present/);
  const namesake = await server.token({ sub: "tomas", orgId: 2, sessionAt: nowS() });
  assert.equal((await refresh(namesake)).status, 200);
  assert.equal((await set(true, version + 1)).status, 200);
  assert.equal((await refresh(before)).status, 200);
});

Deno.test("session - without a valid cookie, or from another site, there is none to refresh", async () => {
  const token = await server.token();
  const refusals: [Answer, number, string][] = [
    [await refresh(null), 401, "unauthenticated"],
    // A program has its token from elsewhere.
    [await refresh(null, { authorization: `Bearer ${token}` }), 401, "unauthenticated"],
    [await refresh("a.b.c"), 401, "unauthenticated"],
    [await refresh(await server.token({}, -60)), 401, "token_expired"],
    [await refresh(token, { origin: "https://evil.example" }), 403, "forbidden"],
    [
      await call(`${server.url}/session/refresh`, { method: "POST", headers: { cookie: `token=${token}` } }),
      403,
      "origin_not_allowed",
    ],
    [await call(`${server.url}/session/refresh`, { token }), 405, "method_not_allowed"],
  ];
  for (const [answer, status, code] of refusals) {
    assert.deepEqual([answer.status, answer.json.code], [status, code]);
    assert.equal(answer.headers.get("set-cookie"), null);
  }
});

Deno.test("session - where tokens come from an identity provider, that renews them", async () => {
  const other = await server.another({
    jwtSecret: undefined,
    jwksUrl: "https://keys.example.com/jwks.json",
    demo: false,
  });
  const answer = await call(`${other.url}/session/refresh`, {
    method: "POST",
    headers: { origin: other.url, cookie: `token=${await server.token()}` },
  });
  assert.deepEqual([answer.status, answer.json.code], [403, "forbidden"]);
  assert.match(answer.json.detail, /identity provider/);
  await other.stop();
});
