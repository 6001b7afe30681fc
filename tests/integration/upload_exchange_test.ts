// StreamIn from the handshake to the document.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { Objm } from "@nats-io/obj";
import { CHUNK_BYTES } from "@/lib/upload/limits.ts";
import { DOCS, DOCS_BUCKET, DOCS_STORE } from "@/services/documents/buckets.ts";
import { chunkSubject } from "@/services/documents/chunk_store.ts";
import { call, startDemo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";
import { sha256Of, testFile, TestUpload } from "../harness/upload.ts";

let server: TestServer;
let token: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  token = await server.token();
});
Deno.test.afterAll(() => server?.stop());

const options = () => ({ wsUrl: server.wsUrl, token });

for (const binary of [false, true]) {
  Deno.test(`upload - a file goes up in ${binary ? "binary" : "text"} frames and becomes a document`, async () => {
    const file = testFile(5 * CHUNK_BYTES + 17, binary ? 2 : 1);
    const watcher = await TestSocket.stream(server.wsUrl, token, { services: ["guest"] });
    const upload = await TestUpload.open(file, { ...options(), binary, handshake: { guestId: 1 } });
    const { ready } = upload;
    assert.deepEqual([ready.nextSeq, ready.offset, ready.chunkSize], [1, 0, CHUNK_BYTES]);
    assert.equal(ready.window, binary ? 16 : 8);
    const complete = await upload.finish();
    assert.deepEqual(
      [complete.uploadId, complete.size, complete.sha256, complete.status],
      [ready.uploadId, file.length, sha256Of(file), "uploaded"],
    );
    assert.deepEqual(await upload.socket.whenClosed(), { code: 1000, reason: "upload is over" });
    const last = upload.socket.frames.findLast(({ type }) => type === "progress")!;
    assert.deepEqual([last.seq, last.received, last.percent], [6, file.length, 100]);

    const record = await call(`${server.url}/guest-checkin/document/${complete.documentId}`, { token });
    assert.equal(record.status, 200, record.text);
    const { filename, guestId, propertyId, status, stage, sha256, createdBy } = record.json;
    assert.deepEqual({ filename, guestId, propertyId, status, stage, sha256, createdBy }, {
      filename: "passport.pdf",
      guestId: 1,
      propertyId: 1,
      status: "uploaded",
      stage: "queued",
      sha256: sha256Of(file),
      createdBy: "u1",
    });
    const event = await watcher.until(() =>
      watcher.events.find(({ action, data }) => action === "uploaded" && data.id === complete.documentId)
    );
    assert.deepEqual([event.entity, event.propertyId, event.data.status], ["document", 1, "uploaded"]);
    await watcher.close();
  });
}

Deno.test("upload - a finished file is an object that any NATS client can read", async () => {
  const file = testFile(3 * CHUNK_BYTES);
  const upload = await TestUpload.open(file, options());
  await upload.finish();
  const store = await new Objm(server.services.nats).open(DOCS_BUCKET);
  const object = await store.getBlob(upload.uploadId);
  assert.equal(sha256Of(object!), sha256Of(file));
  assert.equal((await store.info(upload.uploadId))?.chunks, 3);
});

Deno.test("upload - a finished file leaves a job for its reader, and nothing else in the bucket", async () => {
  const jsm = await jetstreamManager(server.services.nats);
  const before = (await jsm.streams.info(DOCS)).state.messages;
  const upload = await TestUpload.open(testFile(100), options());
  const { documentId, uploadId } = await upload.finish();
  await until("the job is there", async () => (await jsm.streams.info(DOCS)).state.messages > before);
  const job = await jsm.streams.getMessage(DOCS, { last_by_subj: "docs.uploaded.1.1" });
  assert.deepEqual(job!.json(), { documentId, uploadId });
  const info = await jsm.streams.info(DOCS_STORE, { subjects_filter: `${chunkSubject(uploadId)}.>` });
  assert.deepEqual(info.state.subjects ?? {}, {});
});

Deno.test("upload - its state can be read while it comes and when it is complete", async () => {
  const upload = await TestUpload.open(testFile(4 * CHUNK_BYTES), options());
  await upload.chunks(1, 3);
  const url = `${server.url}/v2/documents/uploads/${upload.uploadId}`;
  const half = (await call(url, { token })).json;
  assert.deepEqual(
    [half.state, half.received, half.percent, half.nextSeq, half.documentId],
    ["receiving", 3 * CHUNK_BYTES, 75, 4, null],
  );
  const { documentId } = await upload.finish();
  const whole = (await call(url, { token })).json;
  assert.deepEqual(
    [whole.state, whole.received, whole.percent, whole.nextSeq, whole.documentId],
    ["complete", 4 * CHUNK_BYTES, 100, null, documentId],
  );
  assert.equal((await call(url, { token, method: "DELETE" })).json.code, "upload_complete");
});

Deno.test("upload - cancelled on its socket or by REST, what came is removed and it cannot go on", async () => {
  const jsm = await jetstreamManager(server.services.nats);
  for (const way of ["socket", "rest"]) {
    const upload = await TestUpload.open(testFile(4 * CHUNK_BYTES), options());
    await upload.chunks(1, 2);
    const url = `${server.url}/v2/documents/uploads/${upload.uploadId}`;
    if (way === "socket") {
      upload.socket.send({ type: "cancel" });
      await upload.until(({ type }) => type === "cancelled");
      assert.equal((await upload.socket.whenClosed()).code, 1000);
    } else {
      assert.equal((await call(url, { token, method: "DELETE" })).status, 204);
      assert.deepEqual((await upload.refusal()).code, "upload_cancelled");
    }
    assert.equal((await call(url, { token, method: "DELETE" })).status, 204);
    assert.equal((await call(url, { token })).json.state, "cancelled");
    const { state } = await jsm.streams.info(DOCS_STORE, { subjects_filter: `$O.docs.C.${upload.uploadId}` });
    assert.deepEqual(state.subjects ?? {}, {});
    const again = await TestUpload.begin(upload.file, {
      ...options(),
      handshake: { uploadId: upload.uploadId },
    });
    assert.deepEqual(await again.refusal(), {
      code: "upload_cancelled",
      close: 4404,
      retryable: false,
      nextSeq: undefined,
    });
  }
});

Deno.test("upload - the bytes of an original can be read and erased", async () => {
  const file = testFile(40 * CHUNK_BYTES + 1);
  const upload = await TestUpload.open(file, options());
  const { uploadId } = await upload.finish();
  const { originals } = server.services;
  const parts = await Array.fromAsync(originals.readOriginal(uploadId));
  assert.equal(sha256Of(new Uint8Array(await new Blob(parts).arrayBuffer())), sha256Of(file));
  await originals.eraseOriginal(uploadId);
  await originals.eraseOriginal(uploadId);
  assert.equal(await originals.info(uploadId), undefined);
  await assert.rejects(Array.fromAsync(originals.readOriginal(uploadId)), /gone/);
});

Deno.test("upload - previews are kept by page and removed together", async () => {
  const { previews } = server.services;
  const picture = new TextEncoder().encode("RIFF....WEBP");
  await previews.putPreview(1, 99, 1, picture);
  await previews.putPreview(1, 99, 2, picture);
  assert.deepEqual(await previews.previewOf(1, 99, 2), picture);
  assert.equal(await previews.previewOf(2, 99, 2), undefined);
  await previews.removePreviews(1, 99);
  assert.equal(await previews.previewOf(1, 99, 1), undefined);
});

Deno.test("upload - a ticket opens its socket, and the subprotocol is chosen where it is offered", async () => {
  const { json } = await call(`${server.url}/auth/ticket`, { token, method: "POST" });
  const socket = new WebSocket(
    `${server.wsUrl}/v2/documents/upload/stream?ticket=${json.ticket}`,
    "innstream.v1",
  );
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error("refused"));
  });
  assert.equal(socket.protocol, "innstream.v1");
  const { promise: closed, resolve } = Promise.withResolvers<number>();
  socket.onclose = ({ code }) => resolve(code);
  socket.send("{}");
  assert.equal(await closed, 4400);
  const without = await call(`${server.url}/v2/documents/upload/stream`, { token });
  assert.equal(without.json.code, "upgrade_required");
  await assert.rejects(TestSocket.open(`${server.wsUrl}/v2/documents/upload/stream`), /refused/);
});

Deno.test("upload - streaming being switched off sends nobody away who uploads", async () => {
  const { connections } = server.services;
  const upload = await TestUpload.open(testFile(3 * CHUNK_BYTES), options());
  await upload.chunks(1, 1);
  await connections.downgrade(() => false);
  assert.equal((await upload.finish()).size, 3 * CHUNK_BYTES);
  await until("its place is given back", () => connections.size === 0);
});
