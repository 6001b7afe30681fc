// An instance ends: its clients are sent elsewhere in good order, and nothing it was told is lost.
import assert from "node:assert/strict";
import { CLOSE } from "@/lib/protocol/close_codes.ts";
import { STOP_MS } from "@/services/process.ts";
import { connectPool } from "@/services/postgres/pool.ts";
import { call, startDemo, until } from "../harness/live.ts";
import { upgradeAnswer } from "../harness/raw_socket.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

const SOCKETS = 300;

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());

/** Rejects where it takes longer than an instance may take. */
async function stopped(instance: TestServer): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not stopped after ${STOP_MS} ms`)), STOP_MS);
  });
  await Promise.race([instance.stop(), late]);
  clearTimeout(timer);
}

Deno.test("drain - 300 sockets are told when to come back, each at its own time, and closed 1012", async () => {
  const leaving = await server.another({ maxConnectionsPerUser: SOCKETS + 10 });
  const token = await leaving.token();
  const sockets = await Promise.all(
    Array.from({ length: SOCKETS }, () => TestSocket.stream(leaving.wsUrl, token)),
  );
  // One that has not sent its handshake yet.
  sockets.push(await TestSocket.open(`${leaving.wsUrl}/v2/realtime/stream`, token));
  const stopping = stopped(leaving);
  // New ones are refused while the others leave.
  const refused = await upgradeAnswer(`${leaving.wsUrl}/v2/realtime/stream`, [
    `Authorization: Bearer ${token}`,
  ]);
  assert.deepEqual([refused.status, refused.json.code], [503, "draining"]);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  const ready = await call(`${leaving.url}/health/ready`);
  assert.equal(ready.status, 503, "it takes no connection, so it is not ready");
  assert.ok(sockets.some(({ closed }) => closed === undefined), "nobody is left: the test says nothing");
  const waits: number[] = [];
  for (const socket of sockets) {
    assert.deepEqual(await socket.whenClosed(), { code: CLOSE.restart.code, reason: CLOSE.restart.reason });
    const downgrade = socket.frames.at(-1)!;
    assert.deepEqual([downgrade.type, downgrade.reason], ["downgrade", "restart"]);
    waits.push(downgrade.reconnectInMs);
  }
  await stopping;
  assert.ok(new Set(waits).size > SOCKETS / 2, "they would all come back at once");
  assert.ok(waits.every((wait) => wait >= 0 && wait <= 10_000));
});

Deno.test("drain - a write under way is answered, and its event is published before the end", async () => {
  const leaving = await server.another();
  const token = await server.token();
  const socket = await TestSocket.stream(server.wsUrl, token);
  let through = 0;
  const posts = Array.from({ length: 40 }, async (_, n) => {
    const answer = await call(`${leaving.url}/tasks/task`, {
      token,
      json: { title: `T${n}`, propertyId: 1 },
    });
    through++;
    return answer;
  });
  await until("some are through", () => through > 0);
  await stopped(leaving);
  const answers = await Promise.all(posts);
  assert.ok(answers.every(({ status }) => status === 201), answers.map(({ status }) => status).join());
  await socket.until(() => socket.events.length === 40);
  const sql = connectPool(server.database.superuserUrl, { max: 1, applicationName: "test" });
  await until("every row is marked", async () => {
    const [left] = await sql`select count(*)::int as rows from outbox where seq is null`;
    return left!.rows === 0;
  });
  await sql.end();
  await socket.close();
});

Deno.test("drain - stopping ends in time while NATS is down", async () => {
  const alone = await startDemo();
  const token = await alone.token();
  const socket = await TestSocket.stream(alone.wsUrl, token);
  await alone.nats.kill();
  assert.equal(
    (await call(`${alone.url}/tasks/task`, { token, json: { title: "T", propertyId: 1 } })).status,
    201,
  );
  await stopped(alone);
  assert.equal((await socket.whenClosed()).code, CLOSE.restart.code);
});

Deno.test("drain - an instance that was stopped twice is stopped once, and leaves nothing connected", async () => {
  const leaving = await server.another();
  await Promise.all([leaving.stop(), leaving.stop()]);
  await leaving.stop();
  assert.ok(leaving.services.nats.isClosed());
  await assert.rejects(fetch(`${leaving.url}/health/live`));
});
