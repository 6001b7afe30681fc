// Too much of one person, or from one address: the answer says when to try again, and nobody else notices.
import assert from "node:assert/strict";
import { RATE_NAMES, type RateName } from "@/lib/limits/rates.ts";
import { type Answer, call, startDemo } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

let server: TestServer;
Deno.test.beforeAll(async () => {
  // The test is the proxy: it says whose request it is.
  server = await startDemo({ trustedProxies: ["127.0.0.0/8"] });
});
Deno.test.afterAll(() => server?.stop());

/** Takes what is left at this moment; the next one within a moment is refused. */
function exhaust(name: RateName, whose: { orgId: number; userId: string } | string): void {
  const { rateLimits } = server.services;
  assert.throws(() => {
    for (let n = 0; n < 100_000; n++) {
      if (typeof whose === "string") rateLimits.address(name, whose);
      else rateLimits.person(name, whose);
    }
  }, /of this (person|address)/);
}

function assertRefused(answer: Pick<Answer, "status" | "headers">): void {
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get("retry-after")) >= 1);
}

/** Asks until it is refused: what was taken comes back by time. */
async function refused(ask: () => Promise<Answer>): Promise<Answer> {
  for (let n = 0; n < 2_000; n++) {
    const answer = await ask();
    if (answer.status === 429) return answer;
  }
  return assert.fail("it is never refused");
}

Deno.test("rate limits - requests of one person are refused, with when to try again, and those of others are not", async () => {
  const token = await server.token({ sub: "eager" });
  const other = await server.token({ sub: "calm" });
  const ask = (token: string, json?: unknown) =>
    call(`${server.url}/tasks/task`, { token, ...(json !== undefined && { json }) });
  const whose = { orgId: 1, userId: "eager" };
  const reading = await refused(() => {
    exhaust("reads", whose);
    return ask(token);
  });
  assertRefused(reading);
  assert.equal(reading.json.code, "too_many_requests");
  assert.equal((await ask(other)).status, 200);
  const written = { title: "one", propertyId: 1 };
  assert.equal((await ask(token, written)).status, 201, "writes are another limit");
  assertRefused(
    await refused(() => {
      exhaust("writes", whose);
      return ask(token, written);
    }),
  );
  assert.equal((await ask(other, written)).status, 201);
});

Deno.test("rate limits - a page of somebody who asks too much is an error page that says so", async () => {
  const headers = { cookie: `token=${await server.token({ sub: "reload" })}`, accept: "text/html" };
  const answer = await refused(() => {
    exhaust("reads", { orgId: 1, userId: "reload" });
    return call(`${server.url}/overview`, { headers });
  });
  assertRefused(answer);
  assert.match(answer.text, /Too much at once/);
});

Deno.test("rate limits - tickets, renewals and revocations of one person", async () => {
  const sessionAt = Math.floor(Date.now() / 1000);
  const token = await server.token({ sub: "looper", sessionAt, jti: "looper-1" });
  const whose = { orgId: 1, userId: "looper" };
  const headers = { cookie: `token=${token}`, origin: server.url };
  const post = (path: string, options: Record<string, unknown>) =>
    call(server.url + path, { method: "POST", ...options });
  exhaust("tickets", whose);
  assertRefused(await post("/auth/ticket", { token }));
  assertRefused(await post("/session/refresh", { headers }));
  exhaust("revoke", whose);
  assertRefused(await post("/auth/revoke", { token }));
  assertRefused(await post("/sign-out", { headers }));
  assert.equal((await call(`${server.url}/feature-flags`, { token })).status, 200, "nothing was revoked");
});

function signIn(user: string, client: string): Promise<Response> {
  return fetch(`${server.url}/sign-in`, {
    method: "POST",
    headers: { origin: server.url, "x-forwarded-for": client },
    body: new URLSearchParams({ user }),
    redirect: "manual",
  });
}

Deno.test("rate limits - signing in, by address and by person", async () => {
  const status = async (user: string, client: string) => {
    const answer = await signIn(user, client);
    await answer.body?.cancel();
    if (answer.status === 429) assertRefused(answer);
    return answer.status;
  };
  exhaust("sign_in_address", "203.0.113.1");
  assert.equal(await status("meera", "203.0.113.1"), 429);
  assert.equal(
    await status("meera", "6.6.6.6, 203.0.113.1"),
    429,
    "what a client puts in front does not count",
  );
  assert.equal(await status("meera", "203.0.113.2"), 303);
  exhaust("sign_in_person", { orgId: 1, userId: "meera" });
  assert.equal(await status("meera", "203.0.113.3"), 429);
  assert.equal(await status("ishan", "203.0.113.3"), 303);
});

Deno.test("rate limits - sockets that one address tries to open, with a valid token or not", async () => {
  const token = await server.token({ sub: "stormy" });
  const open = (client: string, token_ = token) =>
    TestSocket.open(`${server.wsUrl}/v2/realtime/stream`, token_, { "x-forwarded-for": client });
  for (const bad of [token, "a.b.c"]) {
    exhaust("handshakes", "203.0.113.9");
    await assert.rejects(open("203.0.113.9", bad), /429/);
  }
  await (await open("203.0.113.10")).close();
});

Deno.test("rate limits - a client's word for its address is not taken where it is no proxy of ours", async () => {
  const plain = await server.another({ trustedProxies: [] });
  const { rateLimits } = plain.services;
  assert.throws(() => {
    for (;;) rateLimits.address("sign_in_address", "127.0.0.1");
  });
  const answer = await fetch(`${plain.url}/sign-in`, {
    method: "POST",
    headers: { origin: plain.url, "x-forwarded-for": "203.0.113.77" },
    body: new URLSearchParams({ user: "meera" }),
    redirect: "manual",
  });
  await answer.body?.cancel();
  assert.equal(answer.status, 429);
  await plain.stop();
});

Deno.test("rate limits - what is refused is counted by its limit", async () => {
  const port = server.services.metricsEndpoint!.port;
  const { text } = await call(`http://127.0.0.1:${port}/metrics`);
  const counted = RATE_NAMES.filter((name) =>
    new RegExp(`^innstream_rate_limited_total\\{limit="${name}"\\} [1-9]`, "m").test(text)
  );
  assert.deepEqual(counted, RATE_NAMES);
});
