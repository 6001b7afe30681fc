// A large upload through the real process, which is killed on the way; and the same with NATS.
import assert from "node:assert/strict";
import { CHUNK_BYTES, WINDOW_CHUNKS } from "@/lib/upload/limits.ts";
import { chunksOf } from "@/lib/upload/frames.ts";
import { seedDemo } from "@/services/demo/seed.ts";
import { call, until } from "../harness/live.ts";
import { testNats } from "../harness/nats.ts";
import { testDatabase } from "../harness/postgres.ts";
import { type AppProcess, processToken, startProcess } from "../harness/process.ts";
import { TEST_SECRET } from "../harness/server.ts";
import { sha256Of, testFile, TestUpload } from "../harness/upload.ts";

const FILE_BYTES = 100 * 1024 * 1024;
const MIB = 1024 * 1024;
/** What a process may grow by: chunks that are not collected yet, which does not depend on how many came. */
const GROWTH_BYTES_MAX = 200 * MIB;
/** How often it is tried to come back. */
const RETRY_MS = 100;

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

async function rss(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

/** Highest memory of a process until it is stopped. */
function watchMemory(pid: number): { stop(): Promise<number> } {
  let peak = 0;
  let on = true;
  const watching = (async () => {
    while (on) {
      peak = Math.max(peak, await rss(pid).catch(() => 0));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    async stop() {
      on = false;
      await watching;
      return peak;
    },
  };
}

function resume(upload: TestUpload, app: AppProcess): Promise<TestUpload> {
  return TestUpload.open(upload.file, { wsUrl: app.wsUrl, token, handshake: { uploadId: upload.uploadId } });
}

Deno.test("faults - the app is killed twice during a large upload, which goes on elsewhere and is whole", async () => {
  const file = testFile(FILE_BYTES, 9);
  const chunks = chunksOf(file.length);
  let [app, spare] = await Promise.all([start(), start()]);
  const sent: number[] = [];
  let upload = await TestUpload.open(file, {
    wsUrl: app.wsUrl,
    token,
    handshake: { sha256: sha256Of(file) },
  });
  const before = await rss(spare.pid);
  for (const cut of [chunks / 3, chunks * 2 / 3]) {
    await upload.chunks(upload.told + 1, Math.floor(cut));
    // In the middle of what is under way.
    for (let seq = upload.told + 1; seq <= Math.floor(cut) + WINDOW_CHUNKS; seq++) upload.chunk(seq);
    app.kill("SIGKILL");
    await app.ended;
    await upload.socket.whenClosed();
    sent.push(...upload.sent);
    const { told } = upload;
    [app, spare] = [spare, await start()];
    upload = await resume(upload, app);
    // What was told to be stored is stored.
    assert.ok(upload.ready.nextSeq > told, `chunk ${upload.ready.nextSeq} is wanted, ${told} were told`);
  }
  const memory = watchMemory(app.pid);
  const complete = await upload.finish();
  const peak = await memory.stop();
  sent.push(...upload.sent);
  assert.equal(complete.sha256, sha256Of(file));
  const again = sent.length - new Set(sent).size;
  console.log(
    `${chunks} chunks, ${again} sent twice; memory ${(before / MIB).toFixed(0)} -> ${
      (peak / MIB).toFixed(0)
    } MiB`,
  );
  assert.ok(again <= 2 * WINDOW_CHUNKS, `${again} chunks were sent twice`);
  assert.ok(peak - before < GROWTH_BYTES_MAX, `memory grew by ${peak - before} bytes`);
  const content = await fetch(`${app.url}/v2/documents/${complete.documentId}/content`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(sha256Of(await content.bytes()), sha256Of(file));
  await Promise.all([app.stop(), spare.stop()]);
});

Deno.test("faults - NATS is killed and started again during an upload, which goes on and is whole", async () => {
  const file = testFile(20 * MIB + 123, 11);
  const app = await start();
  const upload = await TestUpload.open(file, { wsUrl: app.wsUrl, token });
  await upload.chunks(1, 100);
  for (let seq = 101; seq <= 100 + WINDOW_CHUNKS; seq++) upload.chunk(seq);
  await nats.kill();
  upload.chunk(101 + WINDOW_CHUNKS - (WINDOW_CHUNKS - (upload.told - 100)));
  await nats.restart();
  const { retryable } = await upload.refusal();
  assert.equal(retryable, true);
  // As a client does: again and again, until it is let in.
  const back = await until("it goes on", async () => {
    const again = await TestUpload.begin(file, {
      wsUrl: app.wsUrl,
      token,
      handshake: { uploadId: upload.uploadId },
    });
    const first = await again.socket.until(() => again.socket.frames[0] ?? again.socket.closed);
    if ("type" in first && first.type === "ready") return again;
    await again.socket.whenClosed();
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    return undefined;
  }, 30_000);
  assert.ok(back.ready.nextSeq > upload.told, "what was told to be stored is stored");
  assert.ok(back.ready.offset === (back.ready.nextSeq - 1) * CHUNK_BYTES);
  const complete = await back.finish();
  assert.equal(complete.sha256, sha256Of(file));
  const state = await call(`${app.url}/v2/documents/uploads/${upload.uploadId}`, { token });
  assert.equal(state.json.state, "complete");
  await app.stop();
});

Deno.test("faults - SIGTERM lets chunks under way settle, sends the client elsewhere, and nothing is sent twice", async () => {
  const file = testFile(4 * MIB, 13);
  const [app, other] = await Promise.all([start(), start()]);
  const upload = await TestUpload.open(file, { wsUrl: app.wsUrl, token });
  await upload.chunks(1, 20);
  for (let seq = 21; seq <= 30; seq++) upload.chunk(seq);
  await upload.socket.until(() => upload.told >= 24);
  app.kill("SIGTERM");
  const { code, close, nextSeq } = await upload.refusal();
  assert.deepEqual([code, close], ["restart", 1012]);
  const again = await resume(upload, other);
  assert.ok(
    nextSeq! <= again.ready.nextSeq && nextSeq! >= 25,
    `told ${nextSeq}, wanted ${again.ready.nextSeq}`,
  );
  assert.equal((await again.finish()).sha256, sha256Of(file));
  assert.deepEqual(await app.ended, { code: 0, signal: null });
  await other.stop();
});
