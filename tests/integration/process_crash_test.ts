// The app as a process: it is killed in the middle of its work, and told to end.
import assert from "node:assert/strict";
import { type AppProcess, processToken, startProcess } from "../harness/process.ts";
import { seedDemo } from "@/services/demo/seed.ts";
import { call } from "../harness/live.ts";
import { testNats } from "../harness/nats.ts";
import { testDatabase } from "../harness/postgres.ts";
import { TEST_SECRET } from "../harness/server.ts";
import { type AnyFrame, TestSocket } from "../harness/socket.ts";

let database: Awaited<ReturnType<typeof testDatabase>>;
let nats: Awaited<ReturnType<typeof testNats>>;
let token: string;
Deno.test.beforeAll(async () => {
  [database, nats, token] = await Promise.all([testDatabase(), testNats(), processToken()]);
  await seedDemo(database.ownerUrl);
});
Deno.test.afterAll(async () => {
  await nats?.stop();
  await database?.drop();
});

function start(): Promise<AppProcess> {
  return startProcess({ DATABASE_URL: database.appUrl, NATS_URL: nats.url, JWT_SECRET: TEST_SECRET });
}

/** Answers the id of the created task, or undefined where there was no answer. */
async function post({ url }: AppProcess, title: string): Promise<number | undefined> {
  try {
    const { status, json } = await call(`${url}/tasks/task`, { token, json: { title, propertyId: 1 } });
    assert.equal(status, 201);
    return json.id;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function tasks(events: readonly AnyFrame[]): number[] {
  return events.map(({ data }) => data.id);
}

Deno.test("process - killed between two events and started again, a client that resumes gets what it missed, once", async () => {
  const app = await start();
  const socket = await TestSocket.stream(app.wsUrl, token);
  const first = await post(app, "first");
  await socket.until(() => tasks(socket.events).includes(first!));
  // Killed with the answer in hand, before the event was surely published.
  const second = await post(app, "second");
  app.kill("SIGKILL");
  assert.equal((await app.ended).signal, "SIGKILL");
  await socket.whenClosed();
  const again = await start();
  const from = { lastSeq: socket.lastSeq, epoch: socket.frames[0]!.epoch };
  const back = await TestSocket.stream(again.wsUrl, token, from);
  const third = await post(again, "third");
  await back.until(() =>
    tasks(back.events).includes(third!) && tasks([...socket.events, ...back.events]).includes(second!)
  );
  assert.ok(back.frames.every(({ type }) => type !== "reset"));
  const all = tasks([...socket.events, ...back.events]);
  assert.deepEqual(all.toSorted((a, b) => a - b), [first, second, third]);
  await back.close();
  assert.deepEqual(await again.stop(), { code: 0, signal: null });
});

Deno.test("process - killed under load, everything that was acknowledged is shown, and nothing under two ids", async () => {
  const app = await start();
  const socket = await TestSocket.stream(app.wsUrl, token);
  const acknowledged: number[] = [];
  const posting = Array.from({ length: 60 }, async (_, n) => {
    const id = await post(app, `load ${n}`);
    if (id !== undefined) acknowledged.push(id);
    if (acknowledged.length === 20) app.kill("SIGKILL");
  });
  await Promise.all(posting);
  await app.ended;
  await socket.whenClosed();
  assert.ok(acknowledged.length >= 20);
  const again = await start();
  const from = { lastSeq: socket.lastSeq, epoch: socket.frames[0]!.epoch };
  const back = await TestSocket.stream(again.wsUrl, token, from);
  const seen = () => new Map([...socket.events, ...back.events].map(({ id, data }) => [id, data.id]));
  await back.until(() => {
    const shown = new Set(seen().values());
    return acknowledged.every((id) => shown.has(id));
  });
  // A client that drops what it has by its event id sees every task once.
  const shown = [...seen().values()];
  assert.equal(new Set(shown).size, shown.length);
  await back.close();
  await again.stop();
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`process - ${signal} sends the clients elsewhere and ends with code 0 in time`, async () => {
    const app = await start();
    const sockets = await Promise.all([1, 2, 3].map(() => TestSocket.stream(app.wsUrl, token)));
    app.kill(signal);
    // Ended by force after 15 s: then there is a signal and no code 0.
    assert.deepEqual(await Promise.race([app.ended, app.stop()]), { code: 0, signal: null });
    for (const socket of sockets) assert.equal((await socket.whenClosed()).code, 1012);
    assert.deepEqual(app.log.filter(({ level }) => level !== "info"), []);
    assert.deepEqual(app.log.map(({ message }) => message), ["listening", "stopping"]);
  });
}

Deno.test("process - SIGTERM while NATS is down ends with code 0 just the same", async () => {
  const app = await start();
  const socket = await TestSocket.stream(app.wsUrl, token);
  await nats.kill();
  await post(app, "kept");
  app.kill("SIGTERM");
  assert.deepEqual(await app.ended, { code: 0, signal: null });
  assert.equal((await socket.whenClosed()).code, 1012);
  await nats.restart();
  const again = await start();
  const from = { lastSeq: socket.lastSeq, epoch: socket.frames[0]!.epoch };
  const back = await TestSocket.stream(again.wsUrl, token, from);
  await back.until(() => back.events.some(({ data }) => data.title === "kept"));
  await back.close();
  await again.stop();
});
