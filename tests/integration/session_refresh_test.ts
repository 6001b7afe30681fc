// A browser prolongs its session: a new cookie, and a ticket for the socket it has open.
import assert from "node:assert/strict";
import FakeTimers from "@sinonjs/fake-timers";
import { decodeJwt } from "jose";
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

/** Signs in as the page does. */
async function signIn(user: string): Promise<string> {
  const response = await fetch(`${server.url}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: server.url },
    body: new URLSearchParams({ user, next: "/live" }),
  });
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
  for (
    const [agoH, lifeS] of [[0, SESSION_S], [11, SESSION_S], [13, 11 * HOUR_S], [23.5, HOUR_S / 2]] as const
  ) {
    const sessionAt = nowS() - agoH * HOUR_S;
    const { status, headers } = await refresh(await server.token({ sessionAt }, HOUR_S));
    assert.equal(status, 200);
    const claims = decodeJwt(cookieToken(headers));
    assert.equal(claims.sessionAt, sessionAt);
    assert.ok(Math.abs(claims.exp! - nowS() - lifeS) <= 2, `${agoH} h: ${claims.exp! - nowS()}`);
    const life = Number(/Max-Age=(\d+)/.exec(headers.get("set-cookie")!)![1]);
    assert.ok(Math.abs(life - lifeS) <= 2, "the cookie lives as long as its token");
  }
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
    // A token that does not say when its session began: it began when it was issued.
    let token = await tokens.sign({ sub: "u1", orgId: 1, role: "manager" }, SESSION_S);
    for (let hours = 0; hours < 24; hours++) {
      const renewed = await renewSession(tokens, token, new Date());
      assert.ok(!("code" in renewed), `after ${hours} h`);
      assert.ok(renewed.principal.expiresAt / 1000 <= beganS + SESSION_MAX_S);
      token = renewed.token;
      clock.tick(HOUR_S * 1000);
    }
    const ended = await renewSession(tokens, token, new Date());
    assert.ok("code" in ended && ended.code === "token_expired");
  } finally {
    clock.uninstall();
  }
});

Deno.test("session - a claim that lies about its beginning gains nothing", async () => {
  for (const sessionAt of [nowS() + 10 * HOUR_S, "now", null, -1e9, NaN]) {
    const { status, headers } = await refresh(await server.token({ sessionAt }, HOUR_S));
    if (sessionAt === -1e9) {
      assert.equal(status, 401);
      continue;
    }
    assert.equal(status, 200, String(sessionAt));
    const claims = decodeJwt(cookieToken(headers));
    assert.ok(typeof claims.sessionAt === "number" && claims.sessionAt <= nowS());
  }
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
