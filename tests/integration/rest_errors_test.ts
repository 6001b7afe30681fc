// Whatever is asked for, the answer is a problem and the process stays.
import assert from "node:assert/strict";
import { BODY_BYTES_MAX } from "@/services/http/body.ts";
import { type Answer, call, startDemo } from "../harness/live.ts";
import { RawSocket } from "../harness/raw_socket.ts";
import type { TestServer } from "../harness/server.ts";

let server: TestServer;
let token: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  token = await server.token();
});
Deno.test.afterAll(async () => {
  assert.equal((await call(`${server.url}/health/ready`)).status, 200);
  await server.stop();
});

function assertProblem({ status, headers, json, text }: Answer, expected: number, code: string): void {
  assert.deepEqual([status, json?.code], [expected, code], text);
  assert.equal(headers.get("content-type"), "application/problem+json");
  assert.equal(json.status, expected);
  assert.ok(json.title.length > 0 && json.type.endsWith(code));
}

/** Sends the path as it is: a URL object would put it right. */
async function raw(path: string, method = "GET"): Promise<{ status: number; type: string; code: string }> {
  const socket = await RawSocket.connect(server.url);
  const { host } = new URL(server.url);
  const answer = await socket.request(`${method} ${path}`, [
    `Host: ${host}`,
    `Authorization: Bearer ${token}`,
    "Connection: close",
    "Accept: */*",
  ]);
  socket.close();
  return { status: answer.status, type: answer.headers.get("content-type") ?? "", code: answer.json?.code };
}

Deno.test("rest - a path that is not UTF-8 is a bad request, one that is not there is not found", async () => {
  for (
    const path of [
      "/%",
      "/finance/%E0%A4%A",
      "/finance/revenue/%ff",
      "/%c0%ae/x",
      "/finance/revenue/%zz?x=%zz",
    ]
  ) {
    const { status, type } = await raw(path);
    assert.ok(status === 400 || status === 404, `${path}: ${status}`);
    assert.equal(type, "application/problem+json", path);
  }
  for (
    const path of [
      "/nowhere",
      "/guest-checkin",
      "/finance/revenues",
      "/finance/revenue/1/2",
      "//finance/revenue/x",
      "/v2/realtime",
      "/auth",
      "/health",
      "/finance/revenue/",
    ]
  ) {
    const { status, code, type } = await raw(path);
    assert.deepEqual([status, code, type], [404, "not_found", "application/problem+json"], path);
  }
  const query = await raw("/finance/revenue?%=%E0%A4%A");
  assert.equal(query.status, 422);
});

const ROUTES: readonly (readonly [string, string])[] = [
  ["/finance/revenue", "GET, POST, HEAD, OPTIONS"],
  ["/finance/revenue/1", "GET, PATCH, PUT, DELETE, HEAD, OPTIONS"],
  ["/finance/realtime/subscribe", "GET, HEAD, OPTIONS"],
  ["/v2/realtime/stream", "GET, HEAD, OPTIONS"],
  ["/v2/realtime/metrics", "GET, HEAD, OPTIONS"],
  ["/auth/ticket", "POST, OPTIONS"],
  ["/health/live", "GET, HEAD, OPTIONS"],
  ["/health/ready", "GET, HEAD, OPTIONS"],
];

for (const [path, allow] of ROUTES) {
  Deno.test(`rest - ${path} says what it allows, and refuses the rest with 405`, async () => {
    const options = await call(`${server.url}${path}`, { method: "OPTIONS" });
    assert.deepEqual([options.status, options.headers.get("allow"), options.text], [204, allow, ""]);
    const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    for (const method of methods.filter((name) => !allow.split(", ").includes(name))) {
      const answer = await call(`${server.url}${path}`, { method, token });
      if (method === "HEAD") assert.equal(answer.status, 405);
      else assertProblem(answer, 405, "method_not_allowed");
      assert.equal(answer.headers.get("allow"), allow);
    }
    assertProblem(await call(`${server.url}${path}`, { method: "REPORT", token }), 405, "method_not_allowed");
  });
}

Deno.test("rest - HEAD is GET without its body", async () => {
  for (const path of ["/finance/revenue", "/v2/realtime/metrics", "/health/live"]) {
    const head = await call(`${server.url}${path}`, { method: "HEAD", token });
    assert.deepEqual([head.status, head.text], [200, ""]);
  }
  assert.equal((await call(`${server.url}/finance/revenue`, { method: "HEAD" })).status, 401);
});

Deno.test("rest - a body above the limit is 413, announced or not, and one of just the limit is read", async () => {
  const url = `${server.url}/finance/revenue`;
  const headers = { "content-type": "application/json" };
  assertProblem(await call(url, { token, headers, body: "x".repeat(300 * 1024) }), 413, "body_too_large");
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let n = 0; n < 30; n++) controller.enqueue(new Uint8Array(10 * 1024).fill(0x20));
      controller.close();
    },
  });
  const response = await fetch(url, {
    method: "POST",
    body: stream,
    headers: { ...headers, authorization: `Bearer ${token}` },
  });
  assert.equal(response.status, 413);
  await response.body?.cancel();
  const good = '{"amount":1,"propertyId":1}'.padEnd(BODY_BYTES_MAX);
  assert.equal((await call(url, { token, headers, body: good })).status, 201);
});

Deno.test("rest - a body that is not what it says is told so", async () => {
  const url = `${server.url}/finance/revenue`;
  const bodies: [string, string, number, string][] = [
    ["application/json", "{", 400, "bad_json"],
    ["application/json", "", 400, "bad_json"],
    ["application/json", "[]", 400, "bad_request"],
    ["application/json", "null", 400, "bad_request"],
    ["application/json", "\u0000", 400, "bad_json"],
    ["text/plain", "{}", 400, "bad_request"],
    ["application/x-www-form-urlencoded", "amount=1000&propertyId=1", 400, "bad_request"],
    ["multipart/form-data; boundary=x", "{}", 400, "bad_request"],
    ["application/json", "{}", 422, "validation_failed"],
    [
      "application/json",
      `{"amount":1,"propertyId":1,"x":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
      422,
      "validation_failed",
    ],
  ];
  for (const [type, body, status, code] of bodies) {
    assertProblem(await call(url, { token, body, headers: { "content-type": type } }), status, code);
  }
  const zipped = await call(url, {
    token,
    body: "{}",
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
  });
  assertProblem(zipped, 400, "bad_request");
});

Deno.test("rest - errors are in the browser's reach: an allowed origin sees problems, another one does not", async () => {
  const friend = await server.another({ publicOrigins: ["https://app.example.com"] });
  const asked = (origin: string) => call(`${friend.url}/finance/revenue`, { headers: { origin } });
  const allowed = await asked("https://app.example.com");
  assertProblem(allowed, 401, "unauthenticated");
  assert.equal(allowed.headers.get("access-control-allow-origin"), "https://app.example.com");
  assert.equal((await asked("https://evil.example")).headers.get("access-control-allow-origin"), null);
  const preflight = await call(`${friend.url}/finance/revenue`, {
    method: "OPTIONS",
    headers: {
      origin: "https://app.example.com",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
    },
  });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/i);
  await friend.stop();
});

Deno.test("rest - a form of another site cannot write with a cookie", async () => {
  const cookie = `token=${token}`;
  const body = '{"amount":1,"propertyId":1}';
  const forged = [
    { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "cross-site" },
    { origin: "null" },
    {},
  ];
  for (const headers of forged) {
    const answer = await call(`${server.url}/finance/revenue`, {
      body,
      headers: { cookie, "content-type": "application/x-www-form-urlencoded", ...headers },
    });
    assert.equal(answer.status, 403, `${JSON.stringify(headers)}: ${answer.status} ${answer.text}`);
  }
  const own = {
    cookie,
    origin: server.url,
    "sec-fetch-site": "same-origin",
    "content-type": "application/json",
  };
  assert.equal((await call(`${server.url}/finance/revenue`, { body, headers: own })).status, 201);
});

Deno.test("rest - nothing of all this was an error of ours", () => {
  assert.deepEqual(server.logged.filter(({ level }) => level === "error"), []);
});
