// Who may open a socket: everything here is decided before the upgrade, and answered as problem+json.
import assert from "node:assert/strict";
import { generateKeyPair, SignJWT } from "jose";
import { jetstreamManager } from "@nats-io/jetstream";
import { TICKETS } from "@/services/nats/streams.ts";
import { call, startDemo } from "../harness/live.ts";
import { type RawAnswer, RawSocket, upgradeAnswer } from "../harness/raw_socket.ts";
import { TEST_SECRET, type TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

const FRIEND = "https://app.example.com";

let server: TestServer;
let stream: string;
Deno.test.beforeAll(async () => {
  server = await startDemo({ publicOrigins: [FRIEND] });
  stream = `${server.wsUrl}/v2/realtime/stream`;
});
Deno.test.afterAll(() => server?.stop());

function assertProblem(answer: RawAnswer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.json?.code], [status, code], answer.body);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  assert.equal(answer.json.status, status);
}

function withBearer(token: string): Promise<RawAnswer> {
  return upgradeAnswer(stream, [`Authorization: Bearer ${token}`]);
}

function sign(
  claims: Record<string, unknown>,
  secret = TEST_SECRET,
  life: string | null = "1h",
): Promise<string> {
  const jwt = new SignJWT({ sub: "u1", orgId: 1, role: "manager", ...claims }).setProtectedHeader({
    alg: "HS256",
  });
  return (life === null ? jwt : jwt.setExpirationTime(life)).sign(new TextEncoder().encode(secret));
}

function encode(part: unknown): string {
  return new TextEncoder().encode(JSON.stringify(part)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}

Deno.test("auth - a good token is upgraded", async () => {
  assert.equal((await withBearer(await sign({}))).status, 101);
  assert.equal((await withBearer(await sign({ sub: undefined, userID: "u2" }))).status, 101);
});

Deno.test("auth - no token and what is no token are refused with 401", async () => {
  assertProblem(await upgradeAnswer(stream), 401, "unauthenticated");
  for (
    const header of [
      "Bearer",
      "Bearer ",
      "Bearer a.b.c",
      "Bearer null",
      "Basic dTE6cA==",
      `Bearer ${"a".repeat(9_000)}`,
    ]
  ) {
    assertProblem(await upgradeAnswer(stream, [`Authorization: ${header}`]), 401, "unauthenticated");
  }
});

Deno.test("auth - a token signed by somebody else or by nobody is refused", async () => {
  const claims = { sub: "u1", orgId: 1, role: "manager", exp: Math.floor(Date.now() / 1000) + 3600 };
  const { privateKey } = await generateKeyPair("RS256");
  const forged = [
    await sign({}, "another secret, just as long as the right one is"),
    `${encode({ alg: "none" })}.${encode(claims)}.`,
    await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(privateKey),
    // The same key under an algorithm that is not pinned.
    await new SignJWT(claims).setProtectedHeader({ alg: "HS512" }).sign(
      new TextEncoder().encode(TEST_SECRET.repeat(2)),
    ),
    (await sign({})).replace(/^[^.]+/, encode({ alg: "RS256" })),
    (await sign({})).replace(/\.[^.]+\./, `.${encode({ ...claims, orgId: 2 })}.`),
  ];
  for (const token of forged) assertProblem(await withBearer(token), 401, "unauthenticated");
});

Deno.test("auth - a token that has ended is refused, and says so", async () => {
  assertProblem(await withBearer(await sign({}, TEST_SECRET, "-10s")), 401, "token_expired");
});

Deno.test("auth - a token without an end, an organisation, a person or a known role is refused", async () => {
  assertProblem(await withBearer(await sign({}, TEST_SECRET, null)), 401, "unauthenticated");
  const claims = [
    { orgId: undefined },
    { orgId: "1" },
    { orgId: 0 },
    { orgId: 1.5 },
    { orgId: ">" },
    { sub: undefined },
    { sub: "" },
    { role: "owner" },
    { role: undefined },
    { properties: "all" },
    { properties: [0] },
    { services: ["spa"] },
  ];
  for (const wrong of claims) assertProblem(await withBearer(await sign(wrong)), 401, "unauthenticated");
});

Deno.test("auth - a request that is no upgrade is told 426 and what would be one", async () => {
  const answer = await call(`${server.url}/v2/realtime/stream`, { token: await server.token() });
  assert.deepEqual([answer.status, answer.json.code], [426, "upgrade_required"]);
  // RFC 9110, 15.5.22.
  assert.equal(answer.headers.get("upgrade"), "websocket");
});

Deno.test("auth - an upgrade that is malformed is a bad request, and the listener stays", async () => {
  const host = new URL(stream).host;
  const bearer = `Authorization: Bearer ${await server.token()}`;
  const good = [`Host: ${host}`, bearer, "Connection: Upgrade", "Upgrade: websocket"];
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  const version = "Sec-WebSocket-Version: 13";
  const malformed: [string, string[]][] = [
    ["GET", [...good, version]],
    ["GET", [...good, key, "Sec-WebSocket-Version: 12"]],
    ["GET", [`Host: ${host}`, bearer, "Upgrade: websocket", key, version]],
    ["HEAD", [...good, key, version]],
    ["POST", [...good, key, version, "Content-Length: 0"]],
    ["OPTIONS", [...good, key, version]],
  ];
  for (const [method, headers] of malformed) {
    const socket = await RawSocket.connect(stream);
    const answer = await socket.request(`${method} /v2/realtime/stream`, headers);
    assert.ok(
      answer.status < 500 && answer.status !== 101,
      `${method} ${headers}: ${answer.status} ${answer.body}`,
    );
    socket.close();
    assert.equal((await call(`${server.url}/health/live`)).status, 200);
  }
  assert.equal(server.services.connections.size, 0);
});

Deno.test("auth - our subprotocol is chosen where it is offered, another one is refused", async () => {
  const bearer = `Authorization: Bearer ${await server.token()}`;
  const offer = (names: string) => upgradeAnswer(stream, [bearer, `Sec-WebSocket-Protocol: ${names}`]);
  assert.equal(
    (await offer("graphql-ws, innstream.v1")).headers.get("sec-websocket-protocol"),
    "innstream.v1",
  );
  assertProblem(await offer("innstream.v2"), 400, "bad_request");
  const without = await upgradeAnswer(stream, [bearer]);
  assert.deepEqual([without.status, without.headers.has("sec-websocket-protocol")], [101, false]);
});

Deno.test("auth - a cookie opens a socket only from an allowed origin", async () => {
  const cookie = `Cookie: theme=dark; token=${await server.token()}`;
  for (
    const origin of [[], ["Origin: https://evil.example"], ["Origin: null"], [
      `Origin: ${FRIEND}.evil.example`,
    ]]
  ) {
    assertProblem(await upgradeAnswer(stream, [cookie, ...origin]), 403, "origin_not_allowed");
  }
  assert.equal((await upgradeAnswer(stream, [cookie, `Origin: ${FRIEND}`])).status, 101);
  // A page that sends a token by itself is no forgery, wherever it comes from.
  const bearer = `Authorization: Bearer ${await server.token()}`;
  assert.equal((await upgradeAnswer(stream, [bearer, "Origin: https://evil.example"])).status, 101);
});

Deno.test("auth - without PUBLIC_ORIGINS a cookie counts from the address itself alone", async () => {
  const plain = await server.another({ publicOrigins: [] });
  const cookie = `Cookie: token=${await plain.token()}`;
  const url = `${plain.wsUrl}/v2/realtime/stream`;
  assert.equal((await upgradeAnswer(url, [cookie, `Origin: ${plain.url}`])).status, 101);
  assertProblem(await upgradeAnswer(url, [cookie, `Origin: ${FRIEND}`]), 403, "origin_not_allowed");
  await plain.stop();
});

Deno.test("auth - ?token= counts, and the header goes before it", async () => {
  const token = await server.token();
  assert.equal((await upgradeAnswer(`${stream}?token=${token}`)).status, 101);
  assertProblem(await upgradeAnswer(`${stream}?token=`), 401, "unauthenticated");
  assertProblem(
    await upgradeAnswer(`${stream}?token=${token}`, ["Authorization: Bearer a.b.c"]),
    401,
    "unauthenticated",
  );
});

async function ticket(claims: Record<string, unknown> = {}): Promise<string> {
  const token = await server.token(claims);
  const { status, json } = await call(`${server.url}/auth/ticket`, { method: "POST", token });
  assert.deepEqual([status, json.expiresInMs], [201, 30_000]);
  return json.ticket;
}

Deno.test("auth - a ticket opens one socket, with the rights of its bearer", async () => {
  const mine = await ticket({ sub: "s1", role: "staff", properties: [1] });
  const socket = await TestSocket.open(`${stream}?ticket=${mine}`);
  socket.send({ services: ["finance"], version: 1 });
  assert.equal((await socket.whenClosed()).code, 4403);
  assertProblem(await upgradeAnswer(`${stream}?ticket=${mine}`), 401, "ticket_invalid");
});

Deno.test("auth - a ticket counts once on all instances together, also when both are asked at the same time", async () => {
  const other = await server.another();
  const elsewhere = `${other.wsUrl}/v2/realtime/stream`;
  const first = await ticket();
  assert.equal((await upgradeAnswer(`${elsewhere}?ticket=${first}`)).status, 101);
  assertProblem(await upgradeAnswer(`${stream}?ticket=${first}`), 401, "ticket_invalid");
  const second = await ticket();
  const answers = await Promise.all(
    [stream, elsewhere, stream, elsewhere].map((url) => upgradeAnswer(`${url}?ticket=${second}`)),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [101, 401, 401, 401]);
  await other.stop();
});

Deno.test("auth - a ticket that was changed, is none, or is a token is refused", async () => {
  const good = await ticket();
  for (
    const wrong of [
      `${good}x`,
      "a.b.c",
      "",
      await server.token(),
      good.replace(/^[^.]+/, encode({ alg: "none" })),
    ]
  ) {
    const answer = await upgradeAnswer(`${stream}?ticket=${encodeURIComponent(wrong)}`);
    assert.deepEqual([answer.status, /^(ticket_invalid|unauthenticated)$/.test(answer.json.code)], [
      401,
      true,
    ], answer.body);
  }
  // And a ticket is no token.
  assertProblem(await withBearer(good), 401, "unauthenticated");
});

/** A ticket as the server makes it, but for its times. */
async function craftTicket(lifeS: number, bearerLifeS: number): Promise<string> {
  const jsm = await jetstreamManager(server.services.nats);
  const key = (await jsm.streams.info(TICKETS)).config.metadata!.key!;
  const now = Math.floor(Date.now() / 1000);
  const bearer = { sub: "u1", orgId: 1, role: "manager", properties: "*", exp: now + bearerLifeS };
  return new SignJWT({ bearer }).setProtectedHeader({ alg: "HS256" }).setJti(crypto.randomUUID())
    .setAudience("innstream-ticket").setExpirationTime(now + lifeS).sign(new TextEncoder().encode(key));
}

Deno.test("auth - a ticket ends after its time, and with the token it was given for", async () => {
  assert.equal((await upgradeAnswer(`${stream}?ticket=${await craftTicket(30, 60)}`)).status, 101);
  assertProblem(await upgradeAnswer(`${stream}?ticket=${await craftTicket(-1, 60)}`), 401, "ticket_invalid");
  const outlived = await upgradeAnswer(`${stream}?ticket=${await craftTicket(30, -10)}`);
  assert.equal(outlived.status, 401, outlived.body);
});

Deno.test("auth - no token or ticket stands in the log", () => {
  assert.ok(!/eyJ/.test(JSON.stringify(server.logged)), JSON.stringify(server.logged));
  assert.deepEqual(server.logged.filter(({ level }) => level === "error"), []);
});
