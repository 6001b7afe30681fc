// A client that comes back with `lastSeq` and `epoch` gets exactly what it missed, or is told `reset`.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { CATCH_UP_EVENTS_MAX } from "@/lib/protocol/limits.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import { publish, publishMany, startDemo, streamInfo } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { type AnyFrame, TestSocket } from "../harness/socket.ts";

let server: TestServer;
let token: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  token = await server.token();
});
Deno.test.afterAll(() => server?.stop());

const TASKS = "evt.1.1.tasks.task.updated";

function numbers(socket: TestSocket): number[] {
  return socket.events.map(({ data }) => data.n);
}

function eventFrames(socket: TestSocket): AnyFrame[] {
  return socket.frames.filter(({ type }) => type === "event");
}

/** Resumes, waits for `last`, and answers what came. */
async function replay(wsUrl: string, from: AnyFrame, last: number): Promise<number[]> {
  const socket = await TestSocket.stream(wsUrl, token, from);
  await socket.until(() => numbers(socket).at(-1) === last);
  assert.ok(
    socket.frames.every(({ type }) => type === "ack" || type === "event"),
    JSON.stringify(socket.frames),
  );
  await socket.close();
  return numbers(socket);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** A session with a burst in it: its frames, and the numbers in stream order. */
async function record(
  count: number,
): Promise<{ frames: AnyFrame[]; order: number[]; epoch: string; start: number }> {
  const socket = await TestSocket.stream(server.wsUrl, token);
  const subjects = [
    "evt.1.1.tasks.task.updated",
    "evt.1.2.finance.revenue.created",
    "evt.1.1.guest.guest.updated",
  ];
  await Promise.all(
    range(0, count).map((n) => {
      return publish(server, subjects[Math.floor(n / 7) % subjects.length]!, { data: { n } });
    }),
  );
  const shown = range(0, count).filter((n) => Math.floor(n / 7) % subjects.length !== 2).length;
  await socket.until(() => socket.events.length === shown);
  await socket.close();
  const { epoch, seq: start } = socket.frames[0]!;
  return { frames: eventFrames(socket), order: numbers(socket), epoch, start };
}

Deno.test("resume - from the seq of any frame, in the middle of a flush too, exactly the rest comes", async () => {
  const { frames, order, epoch, start } = await record(240);
  assert.ok(frames.length > 10, "too few frames for the test to say anything");
  // The other instance has an empty ring: it reads everything back from the stream.
  const other = await server.another();
  let had = 0;
  for (const { seq, events } of [{ seq: start, events: [] }, ...frames]) {
    had += events.length;
    if (had === order.length) break;
    for (const { wsUrl } of [server, other]) {
      assert.deepEqual(await replay(wsUrl, { lastSeq: seq, epoch }, order.at(-1)!), order.slice(had));
    }
  }
  await other.stop();
});

Deno.test("resume - what was missed while away comes once, in order, and then what happens now", async () => {
  const socket = await TestSocket.stream(server.wsUrl, token);
  await publish(server, TASKS, { data: { n: 0 } });
  await socket.until(() => numbers(socket).length === 1);
  await socket.close();
  await publishMany(server, TASKS, 120, { first: 1 });
  const back = await TestSocket.stream(server.wsUrl, token, {
    lastSeq: socket.lastSeq,
    epoch: socket.frames[0]!.epoch,
  });
  await publishMany(server, TASKS, 80, { first: 121 });
  await back.until(() => numbers(back).length >= 200);
  assert.deepEqual(numbers(back), range(1, 201));
  assert.equal(back.frames[0]!.seq, socket.lastSeq);
  await back.close();
});

Deno.test("resume - lastSeq without an epoch counts in the stream as it is", async () => {
  const { seq } = await publish(server, TASKS, { data: { n: 1 } });
  await publish(server, TASKS, { data: { n: 2 } });
  assert.deepEqual(await replay(server.wsUrl, { lastSeq: seq }, 2), [2]);
});

Deno.test("resume - lastSeq 0 and null mean from now on", async () => {
  await publish(server, TASKS, { data: { n: 1 } });
  for (const lastSeq of [0, null]) {
    const socket = await TestSocket.stream(server.wsUrl, token, { lastSeq });
    await publish(server, TASKS, { data: { n: 2 } });
    await socket.until(() => numbers(socket).includes(2));
    assert.ok(!numbers(socket).includes(1));
    await socket.close();
  }
});

Deno.test("resume - an instance that was stopped is replaced by another, and nothing is lost or twice", async () => {
  const old = await server.another();
  const socket = await TestSocket.stream(old.wsUrl, token);
  await publishMany(server, TASKS, 10);
  await socket.until(() => numbers(socket).length === 10);
  await old.stop();
  await publishMany(server, TASKS, 10, { first: 10 });
  const fresh = await server.another();
  const from = { lastSeq: socket.lastSeq, epoch: socket.frames[0]!.epoch };
  assert.deepEqual(await replay(fresh.wsUrl, from, 19), range(10, 20));
  await fresh.stop();
});

Deno.test("resume - a position is valid at once on an instance that is a moment behind", async () => {
  const other = await server.another();
  const here = await TestSocket.stream(server.wsUrl, token);
  const there = await TestSocket.stream(other.wsUrl, token);
  const { epoch } = here.frames[0]!;
  for (let n = 0; n < 30; n++) {
    const { seq } = await publish(server, TASKS, { data: { n } });
    // The position of an event that neither feed may have read yet.
    const socket = await TestSocket.stream(n % 2 === 0 ? other.wsUrl : server.wsUrl, token, {
      lastSeq: seq,
      epoch,
    });
    await publish(server, TASKS, { data: { n: 1000 + n } });
    await socket.until(() => numbers(socket).includes(1000 + n));
    assert.deepEqual(numbers(socket), [1000 + n]);
    assert.ok(socket.frames.every(({ type }) => type !== "reset"));
    await socket.close();
  }
  await here.close();
  await there.close();
  await other.stop();
});

interface Reset {
  reason: string;
  seq: number;
  epoch: string;
}

/** Resumes, expects a reset, and checks that the same socket goes on live. */
async function resetOf(from: AnyFrame): Promise<Reset> {
  const socket = await TestSocket.stream(server.wsUrl, token, from);
  const { type: _, ...reset } = await socket.next(({ type }) => type === "reset");
  await publish(server, TASKS, { data: { n: -1 } });
  await socket.until(() => numbers(socket).includes(-1));
  assert.deepEqual(numbers(socket), [-1], "what was missed came although the client was told to refetch");
  assert.ok(socket.frames.find(({ type }) => type === "event")!.prevSeq <= reset.seq);
  await socket.close();
  return reset as Reset;
}

Deno.test("resume - a position of another stream is told recreated, with the seq and epoch to go on from", async () => {
  const { last, epoch } = await streamInfo(server);
  const reset = await resetOf({ lastSeq: 1, epoch: "another" });
  assert.deepEqual(reset, { reason: "recreated", seq: last, epoch });
});

Deno.test("resume - a position ahead of the stream is told ahead", async () => {
  const { last, epoch } = await streamInfo(server);
  assert.deepEqual(await resetOf({ lastSeq: last + 1, epoch }), { reason: "ahead", seq: last, epoch });
  assert.equal((await resetOf({ lastSeq: Number.MAX_SAFE_INTEGER })).reason, "ahead");
});

Deno.test("resume - as many events as the limit are replayed in order, one more is told too_far", async () => {
  const start = await publish(server, TASKS, { data: { n: -2 } });
  await publishMany(server, TASKS, CATCH_UP_EVENTS_MAX);
  const { epoch } = await streamInfo(server);
  const missed = await replay(server.wsUrl, { lastSeq: start.seq, epoch }, CATCH_UP_EVENTS_MAX - 1);
  assert.deepEqual(missed, range(0, CATCH_UP_EVENTS_MAX));
  assert.equal((await resetOf({ lastSeq: start.seq - 1, epoch })).reason, "too_far");
});

Deno.test("resume - where the first missed event is gone the client is told trimmed, just above it is not", async () => {
  const acks = await publishMany(server, TASKS, 3);
  const { epoch } = await streamInfo(server);
  const manager = await jetstreamManager(server.services.nats);
  await manager.streams.purge(EVENTS, { seq: acks[1]!.seq });
  // Event 0 is gone and event 1 kept. The ring still has both, so another instance is asked as well.
  const other = await server.another();
  const socket = await TestSocket.stream(other.wsUrl, token, { lastSeq: acks[0]!.seq - 1, epoch });
  assert.equal((await socket.next(({ type }) => type === "reset")).reason, "trimmed");
  await socket.close();
  for (const { wsUrl } of [server, other]) {
    assert.deepEqual(await replay(wsUrl, { lastSeq: acks[0]!.seq, epoch }, 2), [1, 2]);
  }
  await other.stop();
});

Deno.test("resume - in an emptied stream the last position is as good as ever", async () => {
  const { seq } = await publish(server, TASKS, { data: { n: 0 } });
  const { epoch } = await streamInfo(server);
  await (await jetstreamManager(server.services.nats)).streams.purge(EVENTS);
  const other = await server.another();
  const socket = await TestSocket.stream(other.wsUrl, token, { lastSeq: seq, epoch });
  const trimmed = await TestSocket.stream(other.wsUrl, token, { lastSeq: seq - 1, epoch });
  assert.equal((await trimmed.next(({ type }) => type === "reset")).reason, "trimmed");
  await publish(server, TASKS, { data: { n: 1 } });
  await socket.until(() => numbers(socket).length > 0);
  assert.deepEqual([numbers(socket), socket.frames.length], [[1], 2]);
  await socket.close();
  await trimmed.close();
  await other.stop();
});
