// An upload goes on after a cut at every kind of point, on this instance or another.
import assert from "node:assert/strict";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { CHUNK_BYTES, WINDOW_CHUNKS } from "@/lib/upload/limits.ts";
import { DOCS_STORE } from "@/services/documents/buckets.ts";
import { chunkSubject } from "@/services/documents/chunk_store.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { Dice } from "@/lib/random/dice.ts";
import { call, startDemo, until } from "../harness/live.ts";
import { startProxy } from "../harness/proxy.ts";
import type { TestServer } from "../harness/server.ts";
import { type AnyFrame } from "../harness/socket.ts";
import { chunkOf, sha256Of, testFile, TestUpload } from "../harness/upload.ts";

/** Short, so that a pause outlasts it. */
const DUPLICATE_WINDOW_MS = 100;

let server: TestServer;
let second: TestServer;
let token: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  second = await server.another();
  token = await server.token();
  // Before anything is stored: JetStream keeps the timer that it has begun with.
  const jsm = await jetstreamManager(server.services.nats);
  const { config } = await jsm.streams.info(DOCS_STORE);
  await jsm.streams.update(DOCS_STORE, { ...config, duplicate_window: DUPLICATE_WINDOW_MS * 1_000_000 });
});
Deno.test.afterAll(async () => {
  await second?.stop();
  await server?.stop();
});

const options = (handshake: AnyFrame = {}) => ({ wsUrl: server.wsUrl, token, handshake });

function resume(upload: TestUpload, on: TestServer = second): Promise<TestUpload> {
  return TestUpload.open(upload.file, { wsUrl: on.wsUrl, token, handshake: { uploadId: upload.uploadId } });
}

async function storedChunks(uploadId: string): Promise<number> {
  const jsm = await jetstreamManager(server.services.nats);
  const subject = chunkSubject(uploadId);
  const { state } = await jsm.streams.info(DOCS_STORE, { subjects_filter: subject });
  return state.subjects?.[subject] ?? 0;
}

Deno.test("resume - cut before the first chunk, it begins at the first chunk", async () => {
  const upload = await TestUpload.open(testFile(3 * CHUNK_BYTES), options());
  await upload.socket.close();
  const again = await resume(upload);
  assert.deepEqual([again.ready.nextSeq, again.ready.offset], [1, 0]);
  assert.equal((await again.finish()).sha256, sha256Of(upload.file));
});

Deno.test("resume - cut while chunks are under way, it goes on where the stream ends, and is whole", async () => {
  const upload = await TestUpload.open(testFile(40 * CHUNK_BYTES + 5), options());
  await upload.chunks(1, 10);
  // These are sent and not waited for.
  for (let seq = 11; seq <= 20; seq++) upload.chunk(seq);
  await upload.socket.close();
  const again = await resume(upload);
  const { nextSeq, offset } = again.ready;
  assert.ok(nextSeq >= 11 && nextSeq <= 21, `nextSeq ${nextSeq}`);
  assert.equal(offset, (nextSeq - 1) * CHUNK_BYTES);
  const { sha256 } = await again.finish();
  assert.equal(sha256, sha256Of(upload.file));
  assert.equal(again.sent[0], nextSeq);
});

Deno.test("resume - cut after the last chunk and before the answer, it completes without another chunk", async () => {
  const upload = await TestUpload.open(testFile(4 * CHUNK_BYTES), options());
  await upload.chunks(1, 3);
  const { uploads } = server.services;
  const { finish } = uploads;
  // The instance stops before it finishes.
  uploads.finish = () => new Promise(() => {});
  try {
    upload.chunk(4);
    await until("all is stored", async () => await storedChunks(upload.uploadId) === 4);
  } finally {
    uploads.finish = finish;
  }
  const again = await TestUpload.begin(upload.file, {
    ...options({ uploadId: upload.uploadId }),
    wsUrl: second.wsUrl,
  });
  const complete = await again.until(({ type }) => type === "complete");
  assert.equal(complete.sha256, sha256Of(upload.file));
  assert.deepEqual(again.socket.frames.map(({ type }) => type), ["complete"]);
});

Deno.test("resume - cut between the object and its document, the next resume makes the document, once", async () => {
  const upload = await TestUpload.open(testFile(4 * CHUNK_BYTES), options());
  const { uploads } = server.services;
  const { complete } = uploads;
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  uploads.complete = () => {
    resolve();
    return new Promise(() => {});
  };
  try {
    await upload.chunks(1, 4);
    await reached;
  } finally {
    uploads.complete = complete;
  }
  const both = await Promise.all([server, second].map(async ({ wsUrl }) => {
    const again = await TestUpload.begin(upload.file, { ...options({ uploadId: upload.uploadId }), wsUrl });
    return await again.socket.until(() =>
      again.socket.closed && (again.socket.frames.at(-1) ?? {})
    ) as AnyFrame;
  }));
  const ids = both.filter(({ type }) => type === "complete").map(({ documentId }) => documentId);
  assert.ok(ids.length >= 1 && new Set(ids).size === 1, JSON.stringify(both));
  const [count] = await inTenant(
    server.services.sql,
    1,
    (tx) => tx`select count(*)::int as n from documents where upload_id = ${upload.uploadId}`,
  );
  assert.equal(count!.n, 1);
});

Deno.test("resume - the answer that was lost is given again, as often as it is asked for", async () => {
  const upload = await TestUpload.open(testFile(2 * CHUNK_BYTES), options());
  const first = await upload.finish();
  for (let n = 0; n < 2; n++) {
    const again = await TestUpload.begin(upload.file, options({ uploadId: upload.uploadId }));
    assert.deepEqual(await again.until(({ type }) => type === "complete"), first);
    assert.equal((await again.socket.whenClosed()).code, 1000);
  }
});

Deno.test("resume - a second instance takes over at once while the first socket is half open", async () => {
  const upload = await TestUpload.open(testFile(30 * CHUNK_BYTES), options());
  await upload.chunks(1, 8);
  const again = await resume(upload);
  assert.equal(again.ready.nextSeq, 9);
  await again.chunks(9, 9);
  // The first one has heard of it without sending anything.
  assert.deepEqual(await upload.refusal(), {
    code: "taken_over",
    close: 4409,
    retryable: false,
    nextSeq: undefined,
  });
  assert.equal((await again.finish()).sha256, sha256Of(upload.file));
});

Deno.test("resume - an instance that has not heard of the takeover is refused by the stream itself", async () => {
  const file = testFile(30 * CHUNK_BYTES);
  const { nats } = server.services;
  const { subscribe } = nats;
  // An instance that hears nothing of leases.
  nats.subscribe = (subject, options) => subscribe.call(nats, `deaf.${subject}`, options);
  const upload = await TestUpload.open(file, options());
  nats.subscribe = subscribe;
  await upload.chunks(1, 4);
  const { store } = second.services.uploads;
  const lease = await store.lease(upload.uploadId, crypto.randomUUID(), "upload");
  assert.equal(upload.socket.closed, undefined);
  upload.chunk(5);
  const { code, close } = await upload.refusal();
  assert.deepEqual([code, close], ["taken_over", 4409]);
  assert.equal(await storedChunks(upload.uploadId), 4);
  await store.put({ uploadId: upload.uploadId, lease, seq: 5, data: chunkOf(file, 5).data });
  assert.equal(await storedChunks(upload.uploadId), 5);
});

Deno.test("resume - a client behind a network that lost the connection goes on over another one", async () => {
  const proxy = startProxy(server.url);
  const wsUrl = proxy.url.replace("http", "ws");
  const upload = await TestUpload.open(testFile(20 * CHUNK_BYTES), { ...options(), wsUrl });
  await upload.chunks(1, 5);
  proxy.stop();
  const again = await resume(upload, server);
  assert.equal((await again.finish()).sha256, sha256Of(upload.file));
});

Deno.test("resume - what lies above a gap is removed and sent again", async () => {
  const file = testFile(10 * CHUNK_BYTES);
  const upload = await TestUpload.open(file, options());
  await upload.chunks(1, 3);
  await upload.socket.close();
  // As JetStream would leave it where it lost chunk 4 and took 5 and 6.
  const js = jetstream(server.services.nats);
  for (const seq of [5, 6]) {
    const head = headers();
    head.set("X-Seq", String(seq));
    await js.publish(chunkSubject(upload.uploadId), chunkOf(file, seq).data, { headers: head });
  }
  const again = await resume(upload);
  assert.equal(again.ready.nextSeq, 4);
  assert.equal(await storedChunks(upload.uploadId), 3);
  assert.equal((await again.finish()).sha256, sha256Of(file));
});

Deno.test("resume - after a pause longer than the duplicate window nothing is stored twice", async () => {
  const file = testFile(12 * CHUNK_BYTES);
  const upload = await TestUpload.open(file, options());
  await upload.chunks(1, 6);
  // The window has passed when JetStream takes one of its message ids a second time.
  const js = jetstream(server.services.nats);
  const probe = () => js.publish(chunkSubject("probe"), "x", { msgID: "probe" });
  await probe();
  await until("the window has passed", async () => !(await probe()).duplicate);
  upload.chunk(5);
  upload.chunk(6);
  await upload.chunks(7, 8);
  assert.equal(await storedChunks(upload.uploadId), 8);
  const again = await resume(upload);
  assert.equal((await again.finish()).sha256, sha256Of(file));
});

Deno.test("resume - a chunk that came already is answered by progress, one out of turn by what is wanted", async () => {
  const upload = await TestUpload.open(testFile(20 * CHUNK_BYTES), options());
  await upload.chunks(1, 4);
  const before = upload.socket.frames.length;
  upload.chunk(2);
  await upload.socket.until(() => upload.socket.frames.length > before);
  const { type, seq } = upload.socket.frames.at(-1)!;
  assert.deepEqual([type, seq], ["progress", 4]);
  upload.chunk(7);
  const error = await upload.until((frame) => frame.type === "error");
  assert.deepEqual([error.code, error.nextSeq, error.retryable], ["seq_mismatch", 5, true]);
  assert.equal(await storedChunks(upload.uploadId), 4);
  assert.equal((await upload.finish()).sha256, sha256Of(upload.file));
});

Deno.test("resume - a client that sends nothing but gaps is sent away, and may come back", async () => {
  const upload = await TestUpload.open(testFile(20 * CHUNK_BYTES), options());
  for (let n = 0; n <= 2 * WINDOW_CHUNKS; n++) upload.chunk(3);
  const { code, close, nextSeq } = await upload.refusal();
  assert.deepEqual([code, close, nextSeq], ["bad_chunk", 4400, 1]);
});

Deno.test("resume - with another file, guest or property it is refused, and by another person it is not there", async () => {
  const upload = await TestUpload.open(
    testFile(2 * CHUNK_BYTES),
    options({ guestId: 1, sha256: "a".repeat(64) }),
  );
  const { uploadId } = upload;
  const tries: [AnyFrame, AnyFrame, string][] = [
    [{ filesize: 5 }, {}, "upload_differs"],
    [{ filename: "other.pdf" }, {}, "upload_differs"],
    [{ guestId: 2 }, {}, "upload_differs"],
    [{ propertyId: 2 }, {}, "upload_differs"],
    [{ mimetype: "image/png" }, {}, "upload_differs"],
    [{ sha256: "b".repeat(64) }, {}, "upload_differs"],
    [{}, { sub: "u2" }, "upload_not_found"],
    [{}, { orgId: 2 }, "upload_not_found"],
    [{}, { properties: [2] }, "property_forbidden"],
    [{ uploadId: crypto.randomUUID() }, {}, "upload_not_found"],
  ];
  for (const [change, claims, code] of tries) {
    const again = await TestUpload.begin(upload.file, {
      wsUrl: server.wsUrl,
      token: await server.token(claims),
      handshake: { guestId: 1, sha256: "a".repeat(64), uploadId, ...change },
    });
    assert.equal((await again.refusal()).code, code, JSON.stringify([change, claims]));
  }
  for (const claims of [{ sub: "u2" }, { orgId: 2 }]) {
    const stranger = await server.token(claims);
    const url = `${server.url}/v2/documents/uploads/${uploadId}`;
    assert.equal((await call(url, { token: stranger })).status, 404);
    assert.equal((await call(url, { token: stranger, method: "DELETE" })).status, 404);
  }
  // None of them has taken it over.
  await upload.chunks(1, 1);
  assert.equal(upload.socket.closed, undefined);
  await upload.socket.close();
});

Deno.test("resume - cut again and again at any place, on one instance or the other, it is whole in the end", async () => {
  const roll = new Dice(20261124);
  const file = testFile(120 * CHUNK_BYTES + 1000);
  let upload = await TestUpload.open(file, options({ sha256: sha256Of(file) }));
  let twice = 0;
  for (let cut = 0; cut < 8; cut++) {
    const from = upload.ready.nextSeq;
    const told = upload.told + roll.whole(0, 11);
    await upload.chunks(from, told);
    // Under way when the connection ends, or when the next one takes over while this one still sends.
    for (let seq = upload.told + 1, n = roll.whole(0, WINDOW_CHUNKS - 1); n > 0; n--) upload.chunk(seq++);
    const { sent } = upload;
    if (roll.chance(0.5)) await upload.socket.close();
    const before = upload.told;
    upload = await resume(upload, roll.chance(0.5) ? server : second);
    assert.ok(upload.ready.nextSeq > before, "what was told to be stored is stored");
    twice += sent.filter((seq) => seq >= upload.ready.nextSeq).length;
  }
  assert.equal((await upload.finish()).sha256, sha256Of(file));
  assert.ok(twice <= 8 * WINDOW_CHUNKS);
});
