// What an operator's probes are told.
import assert from "node:assert/strict";
import postgres from "postgres";
import { call, startDemo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { testPostgresUrl } from "../harness/postgres.ts";
import { TestSocket } from "../harness/socket.ts";

async function readiness({ url }: TestServer): Promise<[number, string[]]> {
  const { status, json } = await call(`${url}/health/ready`);
  return [status, Object.keys(json.missing ?? {})];
}

Deno.test("health - NATS that is gone makes it not ready, names nats, and it is live all the same", async () => {
  const server = await startDemo();
  assert.deepEqual(await readiness(server), [200, []]);
  await server.nats.kill();
  await until("it is not ready", async () => (await readiness(server))[0] === 503);
  assert.deepEqual(await readiness(server), [503, ["nats"]]);
  const live = await call(`${server.url}/health/live`);
  assert.deepEqual([live.status, live.json], [200, { status: "live" }]);
  await server.nats.restart();
  await until("it is ready again", async () => (await readiness(server))[0] === 200);
  await server.stop();
});

Deno.test("health - a database that is gone is named, sockets stay, and it heals by itself", async () => {
  const server = await startDemo();
  const token = await server.token();
  const socket = await TestSocket.stream(server.wsUrl, token);
  const name = new URL(server.database.appUrl).pathname.slice(1);
  const admin = postgres(testPostgresUrl(), { max: 1, onnotice: () => {} });
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
  await admin.unsafe(`alter database ${name} rename to ${name}_away`);
  await until("it is not ready", async () => (await readiness(server))[0] === 503);
  assert.deepEqual(await readiness(server), [503, ["postgres"]]);
  const post = () => call(`${server.url}/tasks/task`, { token, json: { title: "T", propertyId: 1 } });
  const refused = await post();
  assert.deepEqual([refused.status, refused.json.code], [503, "unavailable"], refused.text);
  assert.equal(socket.closed, undefined);
  await admin.unsafe(`alter database ${name}_away rename to ${name}`);
  await until("it is ready again", async () => (await readiness(server))[0] === 200);
  assert.equal((await post()).status, 201);
  await socket.until(() => socket.events.length === 1);
  await socket.close();
  await admin.end();
  await server.stop();
});

Deno.test("health - connections that PostgreSQL ended are made anew without an error to anybody", async () => {
  const server = await startDemo();
  const token = await server.token();
  const admin = postgres(testPostgresUrl(), { max: 1, onnotice: () => {} });
  const name = new URL(server.database.appUrl).pathname.slice(1);
  for (let n = 0; n < 5; n++) {
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
    await until(
      "a read works again",
      async () => (await call(`${server.url}/tasks/task`, { token })).status === 200,
    );
  }
  assert.equal((await readiness(server))[0], 200);
  await admin.end();
  await server.stop();
});

Deno.test("health - probes need no token and are not kept by caches", async () => {
  const server = await startDemo();
  for (const method of ["GET", "HEAD"]) {
    const { status, headers, text } = await call(`${server.url}/health/ready`, { method });
    assert.deepEqual([status, headers.get("cache-control")], [200, "no-store"]);
    assert.equal(text === "", method === "HEAD");
  }
  await server.stop();
});
