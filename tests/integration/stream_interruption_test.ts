// NATS goes away, or the stream is made anew, while clients are connected.
import assert from "node:assert/strict";
import { connect } from "@nats-io/transport-node";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { EVENTS } from "@/services/nats/streams.ts";
import { call, publish, publishMany, startDemo, streamInfo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

const TASKS = "evt.1.1.tasks.task.updated";

function numbers(socket: TestSocket): number[] {
  return socket.events.map(({ data }) => data.n);
}

/** Publishes on a connection of its own, as soon as the stream takes something. */
async function publishWhenBack(server: TestServer, subject: string, n: number): Promise<void> {
  const connection = await until(
    "NATS is back",
    () => connect({ servers: server.nats.url }).catch(() => undefined),
  );
  const payload = JSON.stringify({ data: { n } });
  await until(
    "the stream is back",
    () => jetstream(connection).publish(subject, payload).catch(() => undefined),
  );
  await connection.close();
}

for (const feedConsumer of ["org", "process"] as const) {
  const ways = {
    "restarted": (server: TestServer) => server.nats.restart(),
    "killed and started again": async (server: TestServer) => {
      await server.nats.kill();
      await server.nats.restart();
    },
    "restarted twice": async (server: TestServer) => {
      await server.nats.restart();
      await server.nats.restart();
    },
  };
  Deno.test(`interruption (${feedConsumer}) - open sockets go on after NATS was restarted, without loss or a reset`, async () => {
    const server = await startDemo({ feedConsumer });
    const sockets = await Promise.all([1, 2].map(async (orgId) => {
      return TestSocket.stream(server.wsUrl, await server.token({ orgId }));
    }));
    let n = 0;
    for (const interrupt of Object.values(ways)) {
      for (const orgId of [1, 2]) await publish(server, `evt.${orgId}.1.tasks.task.updated`, { data: { n } });
      n++;
      // Not waited for: what was not read yet must be read after the restart.
      await interrupt(server);
      for (const orgId of [1, 2]) await publishWhenBack(server, `evt.${orgId}.1.tasks.task.updated`, n);
      n++;
      for (const socket of sockets) await socket.until(() => numbers(socket).length === n);
    }
    for (const socket of sockets) {
      assert.deepEqual(numbers(socket), [...Array(n).keys()]);
      assert.deepEqual(socket.frames.filter(({ type }) => type !== "event").map(({ type }) => type), ["ack"]);
      assert.equal(socket.closed, undefined);
    }
    await server.stop();
  });

  Deno.test(`interruption (${feedConsumer}) - a stream made anew is told to every socket, and they go on in it`, async () => {
    const server = await startDemo({ feedConsumer });
    const token = await server.token();
    const socket = await TestSocket.stream(server.wsUrl, token);
    const elsewhere = await TestSocket.stream(server.wsUrl, await server.token({ orgId: 2 }));
    await publishMany(server, TASKS, 20);
    await socket.until(() => numbers(socket).length === 20);
    const { epoch } = socket.frames[0]!;
    await (await jetstreamManager(server.services.nats)).streams.delete(EVENTS);
    const reset = await socket.next(({ type }) => type === "reset");
    assert.deepEqual([reset.reason, reset.seq], ["recreated", 0]);
    assert.notEqual(reset.epoch, epoch);
    assert.equal((await elsewhere.next(({ type }) => type === "reset")).epoch, reset.epoch);
    assert.equal((await streamInfo(server)).epoch, reset.epoch);
    // The new stream begins at 1 again, far below where the feed stood.
    await publishMany(server, TASKS, 3, { first: 100 });
    await socket.until(() => numbers(socket).includes(102));
    assert.deepEqual(numbers(socket).slice(20), [100, 101, 102]);
    // A position of the new stream counts, one of the old does not.
    const back = await TestSocket.stream(server.wsUrl, token, { lastSeq: 1, epoch: reset.epoch });
    await back.until(() => numbers(back).length === 2);
    const lost = await TestSocket.stream(server.wsUrl, token, { lastSeq: 20, epoch });
    assert.equal((await lost.next(({ type }) => type === "reset")).reason, "recreated");
    for (const each of [socket, elsewhere, back, lost]) await each.close();
    await server.stop();
  });
}

Deno.test("interruption - the whole path works after a restart: commit, event, ticket, invalid messages", async () => {
  const server = await startDemo();
  const token = await server.token();
  const socket = await TestSocket.stream(server.wsUrl, token);
  // The second comes while the recovery from the first is under way.
  await server.nats.restart();
  await server.nats.restart();
  await until("it is ready again", async () => (await call(`${server.url}/health/ready`)).status === 200);
  const posted = await call(`${server.url}/tasks/task`, { token, json: { title: "After", propertyId: 1 } });
  assert.equal(posted.status, 201);
  await socket.until(() => socket.events.some(({ data }) => data.title === "After"));
  const { json, status } = await call(`${server.url}/auth/ticket`, { method: "POST", token });
  assert.equal(status, 201);
  const second = await TestSocket.open(`${server.wsUrl}/v2/realtime/stream?ticket=${json.ticket}`);
  await publish(server, TASKS, "not JSON");
  await until("the invalid message is counted", () => server.services.validator.invalid === 1);
  await second.close();
  await socket.close();
  await server.stop();
});

Deno.test("interruption - a busy stream is not taken for one that lost its end", async () => {
  const server = await startDemo();
  const socket = await TestSocket.stream(server.wsUrl, await server.token());
  const { epoch } = await streamInfo(server);
  let done = false;
  const publishing = publishMany(server, TASKS, 8_000).finally(() => done = true);
  // Each of these reads the stream's state, while events arrive.
  while (!done) assert.deepEqual(await server.services.missing(), {});
  await publishing;
  await socket.until(() => socket.events.length === 8_000);
  assert.equal((await streamInfo(server)).epoch, epoch);
  assert.deepEqual(socket.frames.filter(({ type }) => type === "reset"), []);
  await socket.close();
  await server.stop();
});

Deno.test("interruption - without NATS a request is told 503, not 500, and a client that tries again gets in", async () => {
  const server = await startDemo();
  const token = await server.token();
  await server.nats.kill();
  const socket = await TestSocket.open(`${server.wsUrl}/v2/realtime/stream`, token);
  socket.send({ services: ["tasks"], version: 1 });
  const asked = await Promise.all([
    call(`${server.url}/tasks/task`, { token }),
    call(`${server.url}/tasks/realtime/subscribe`, { token }),
    call(`${server.url}/auth/ticket`, { method: "POST", token }),
  ]);
  assert.deepEqual(asked.map(({ status, json }) => [status, json.code]), Array(3).fill([503, "unavailable"]));
  assert.equal((await socket.whenClosed()).code, 4500);
  assert.equal(socket.frames.at(-1)!.retryable, true);
  await server.nats.restart();
  const back = await until("a client gets in", async () => {
    const trying = await TestSocket.open(`${server.wsUrl}/v2/realtime/stream`, token);
    trying.send({ services: ["tasks"], version: 1 });
    await trying.until(() => trying.frames.length > 0);
    return trying.frames[0]!.type === "ack" && trying;
  });
  await publish(server, TASKS, { data: { n: 1 } });
  await back.until(() => numbers(back).includes(1));
  await back.close();
  await server.stop();
});
