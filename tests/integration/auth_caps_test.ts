// One person, and one process, hold so many connections and no more.
import assert from "node:assert/strict";
import { call, startDemo, until } from "../harness/live.ts";
import { upgradeAnswer } from "../harness/raw_socket.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

let server: TestServer;
let stream: string;
Deno.test.beforeAll(async () => {
  server = await startDemo({ maxConnections: 4, maxConnectionsPerUser: 2 });
  stream = `${server.wsUrl}/v2/realtime/stream`;
});
Deno.test.afterAll(() => server?.stop());

async function ask(claims: Record<string, unknown>) {
  return await upgradeAnswer(stream, [`Authorization: Bearer ${await server.token(claims)}`]);
}

async function open(claims: Record<string, unknown>): Promise<TestSocket> {
  return TestSocket.stream(server.wsUrl, await server.token(claims));
}

async function free(claims: Record<string, unknown>): Promise<void> {
  await until("a place is free again", async () => (await ask(claims)).status === 101);
  await until("nobody is connected", () => server.services.connections.size === 0);
}

Deno.test("caps - one more connection of the same person is refused with 429 until one is closed", async () => {
  const first = await open({ sub: "a" });
  const second = await open({ sub: "a" });
  const refused = await ask({ sub: "a" });
  assert.deepEqual([refused.status, refused.json.code], [429, "too_many_connections"]);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  // The same id in another organisation is another person.
  const other = await open({ sub: "a", orgId: 2 });
  await first.close();
  await until("the place is given back", async () => (await ask({ sub: "a" })).status === 101);
  await second.close();
  await other.close();
  await free({ sub: "a" });
});

Deno.test("caps - a full process answers 503 with Retry-After, to sockets and polls, until one leaves", async () => {
  const sockets = await Promise.all(["a", "b", "c", "d"].map((sub) => open({ sub })));
  const refused = await ask({ sub: "e" });
  assert.deepEqual([refused.status, refused.json.code], [503, "server_full"]);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  const poll = await call(`${server.url}/finance/realtime/subscribe`, {
    token: await server.token({ sub: "e" }),
  });
  assert.deepEqual([poll.status, poll.json.code], [503, "server_full"]);
  // What holds no connection is still served.
  assert.equal(
    (await call(`${server.url}/finance/revenue`, { token: await server.token({ sub: "e" }) })).status,
    200,
  );
  for (const socket of sockets) await socket.close();
  await free({ sub: "e" });
});

Deno.test("caps - a refused upgrade and a connection without a close frame give their place back too", async () => {
  for (let n = 0; n < 5; n++) {
    assert.equal((await ask({ sub: "a", orgId: 0 })).status, 401);
    // Its TCP connection is cut right after the upgrade.
    assert.equal(
      (await until("a place is free", async () => {
        const answer = await ask({ sub: "a" });
        return answer.status === 101 && answer;
      })).status,
      101,
    );
  }
  await free({ sub: "a" });
});
