// What answers say to browsers: of pages, REST, files and errors, and nothing on upgrades.
import assert from "node:assert/strict";
import { startDemo } from "../harness/live.ts";
import { CLOSED_POLICY, SECURITY_HEADERS } from "@/services/http/secured.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

let server: TestServer;
let token: string;
Deno.test.beforeAll(async () => {
  server = await startDemo({ trustedProxies: ["127.0.0.1"] });
  token = await server.token({ role: "admin" });
});
Deno.test.afterAll(() => server?.stop());

async function headersOf(path: string, init: RequestInit = {}, url = server.url): Promise<[Headers, number]> {
  const response = await fetch(url + path, { redirect: "manual", ...init });
  await response.body?.cancel();
  return [response.headers, response.status];
}

const page = () => ({ headers: { cookie: `token=${token}`, accept: "text/html" } });
const rest = (more: RequestInit = {}) => ({ ...more, headers: { authorization: `Bearer ${token}` } });

Deno.test("headers - every kind of answer has them, also errors and redirects", async () => {
  const answers: [string, RequestInit, number][] = [
    ["/overview", page(), 200],
    ["/sign-in", {}, 200],
    ["/finance", { headers: { accept: "text/html" } }, 302],
    ["/tasks/task", rest(), 200],
    ["/tasks/task/999999", rest(), 404],
    ["/tasks/task", {}, 401],
    ["/tasks/task", rest({ method: "POST", body: "{" }), 400],
    ["/tasks/task", rest({ method: "OPTIONS" }), 204],
    ["/nothing/there/at/all", { headers: { accept: "text/html" } }, 404],
    ["/base.css", {}, 200],
    ["/favicon.svg", {}, 200],
    ["/health/live", {}, 200],
    ["/docs/problems", {}, 200],
    ["/docs/openapi.json", {}, 200],
    ["/v2/realtime/stream", rest(), 426],
  ];
  for (const [path, init, wanted] of answers) {
    const [headers, status] = await headersOf(path, init);
    assert.equal(status, wanted, path);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      assert.equal(headers.get(name), value, `${name} of ${path}`);
    }
    assert.match(headers.get("content-security-policy")!, /frame-ancestors 'none'/, path);
    assert.equal(headers.get("strict-transport-security"), null, `${path} came over http`);
  }
});

Deno.test("headers - a page lets in scripts of its own by a nonce that is new each time; what is no page, nothing", async () => {
  const nonces = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const response = await fetch(`${server.url}/overview`, page());
    const policy = response.headers.get("content-security-policy")!;
    const script = /script-src ([^;]*)/.exec(policy)![1]!;
    const nonce = /^'self' 'nonce-([^']+)'$/.exec(script.trim())?.[1];
    assert.ok(nonce, script);
    nonces.add(nonce);
    assert.match(policy, /connect-src 'self'/);
    assert.match(policy, /object-src 'none'/);
    assert.match(policy, /base-uri 'self'/);
    const inline = [...(await response.text()).matchAll(/<script(?![^>]*src=)[^>]*>/g)].map(([tag]) => tag);
    assert.ok(inline.length > 0);
    for (const tag of inline) assert.ok(tag.includes(`nonce="${nonce}"`), tag);
  }
  assert.equal(nonces.size, 3);
  for (const path of ["/tasks/task", "/feature-flags", "/docs/openapi.json"]) {
    assert.equal((await headersOf(path, rest()))[0].get("content-security-policy"), CLOSED_POLICY);
  }
});

Deno.test("headers - https alone from now on, where that is how people come", async () => {
  const said = { ...rest(), headers: { ...rest().headers, "x-forwarded-proto": "https" } };
  assert.equal(
    (await headersOf("/tasks/task", said))[0].get("strict-transport-security"),
    "max-age=31536000",
  );
  const other = await server.another({ publicOrigins: ["https://app.example.com"], trustedProxies: [] });
  assert.ok((await headersOf("/health/live", {}, other.url))[0].has("strict-transport-security"));
  await other.stop();
  const mixed = await server.another({ publicOrigins: ["http://localhost:8080"], trustedProxies: [] });
  assert.equal((await headersOf("/tasks/task", said, mixed.url))[0].get("strict-transport-security"), null);
  await mixed.stop();
});

Deno.test("headers - an upgrade goes through as it is", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token);
  await socket.close();
});
