// GET /v2/realtime/metrics?scope=cluster, with two instances.
import assert from "node:assert/strict";
import { call, publish, startDemo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

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

async function metrics(token: string, scope: string) {
  return await call(`${server.url}/v2/realtime/metrics${scope}`, { token });
}

Deno.test("metrics - the cluster is the sum of its instances, for each organisation by itself", async () => {
  const token = await server.token();
  const foreign = await server.token({ orgId: 2 });
  const sockets = await Promise.all([
    TestSocket.stream(server.wsUrl, token),
    TestSocket.stream(other.wsUrl, token),
    TestSocket.stream(other.wsUrl, foreign),
  ]);
  await publish(server, "evt.1.1.tasks.task.updated", { data: { id: 1 } });
  await Promise.all(sockets.slice(0, 2).map((socket) => socket.next(({ type }) => type === "event")));
  const { json } = await metrics(token, "?scope=cluster");
  assert.deepEqual(
    [json.instances, json.activeConnections, json.eventsDelivered, json.eventsByService.tasks],
    [2, 2, 2, 2],
  );
  assert.ok(json.avgLatencyMs > 0);
  const theirs = (await metrics(foreign, "?scope=cluster")).json;
  assert.deepEqual([theirs.activeConnections, theirs.eventsDelivered, theirs.avgLatencyMs], [1, 0, 0]);
  const all = (await metrics(await server.token({ role: "service" }), "?scope=cluster")).json;
  assert.deepEqual([all.activeConnections, all.eventsDelivered], [3, 2]);
  const one = (await metrics(token, "")).json;
  assert.deepEqual([one.activeConnections, "instances" in one], [1, false]);
  await Promise.all(sockets.map((socket) => socket.close()));
});

Deno.test("metrics - a scope that is none is refused", async () => {
  const { status, json } = await metrics(await server.token(), "?scope=galaxy");
  assert.deepEqual([status, json.code], [400, "bad_request"]);
});

Deno.test("metrics - an instance that does not answer is left out", async () => {
  await other.stop();
  const token = await server.token();
  const { json } = await until("alone", async () => {
    const answer = await metrics(token, "?scope=cluster");
    return answer.json.instances === 1 && answer;
  });
  assert.equal(json.activeConnections, 0);
});
