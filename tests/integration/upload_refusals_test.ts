// What ends an upload, with which code, and whether it may go on.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { HANDSHAKE_MS } from "@/lib/protocol/limits.ts";
import {
  CHUNK_BYTES,
  FILE_BYTES_MAX,
  IDLE_MS,
  PAUSED_MS,
  TEXT_FRAME_CHARS_MAX,
  UPLOAD_LIFE_MS,
  WINDOW_CHUNKS,
} from "@/lib/upload/limits.ts";
import { DOCS_STORE } from "@/services/documents/buckets.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { call, startDemo, until, watchConnections } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { RawSocket } from "../harness/raw_socket.ts";
import { type AnyFrame, TestSocket } from "../harness/socket.ts";
import { chunkOf, sha256Of, testFile, TestUpload } from "../harness/upload.ts";

let server: TestServer;
let token: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  token = await server.token();
});
Deno.test.afterAll(() => server?.stop());

const options = (handshake: AnyFrame = {}) => ({ wsUrl: server.wsUrl, token, handshake });

async function stateOf(uploadId: string): Promise<string> {
  return (await call(`${server.url}/v2/documents/uploads/${uploadId}`, { token })).json.state;
}

async function wholeFile(documentId: number, file: Uint8Array): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${server.url}/v2/documents/${documentId}/content`, { headers });
  assert.equal(sha256Of(await response.bytes()), sha256Of(file));
}

Deno.test("refusal - a handshake that cannot be taken is refused before a byte is sent", async () => {
  const cases: [AnyFrame, AnyFrame, string, number][] = [
    [{ filesize: FILE_BYTES_MAX + 1 }, {}, "too_large", 4413],
    [{ mimetype: "text/html" }, {}, "type_unsupported", 4415],
    [{ mimetype: "image/svg+xml" }, {}, "type_unsupported", 4415],
    [{ documentType: "ticket" }, {}, "bad_handshake", 4400],
    [{ guestId: 99_999 }, {}, "guest_not_found", 4403],
    [{ propertyId: 77 }, {}, "property_forbidden", 4403],
    [{}, { properties: [2] }, "property_forbidden", 4403],
    [{}, { services: ["tasks"] }, "service_forbidden", 4403],
  ];
  for (const [handshake, claims, code, close] of cases) {
    const upload = await TestUpload.begin(testFile(10), {
      wsUrl: server.wsUrl,
      token: await server.token(claims),
      handshake,
    });
    const refusal = await upload.refusal();
    assert.deepEqual([refusal.code, refusal.close, refusal.retryable], [code, close, false]);
  }
});

Deno.test("refusal - a guest of another property is none of this one", async () => {
  const [guest] = await inTenant(
    server.services.sql,
    1,
    (tx) => tx`select id from guests where property_id = 2 limit 1`,
  );
  const upload = await TestUpload.begin(testFile(10), options({ guestId: guest!.id }));
  assert.equal((await upload.refusal()).code, "guest_not_found");
});

Deno.test("refusal - frames that are not understood end the connection, and the upload may go on", async () => {
  const cases: [string | Uint8Array<ArrayBuffer>, string, number, boolean][] = [
    ["{", "bad_frame", 4400, true],
    ['{"type":"dance"}', "bad_frame", 4400, true],
    ['{"seq":1,"data":"!","final":false}', "bad_chunk", 4400, true],
    ['{"seq":1,"data":"AAAA","final":false}', "bad_chunk", 4400, true],
    [Uint8Array.of(1, 2), "bad_frame", 4400, true],
    ["x".repeat(TEXT_FRAME_CHARS_MAX + 1), "frame_too_big", 1009, false],
    [new Uint8Array(CHUNK_BYTES + 6), "frame_too_big", 1009, false],
  ];
  for (const [frame, code, close, retryable] of cases) {
    const upload = await TestUpload.open(testFile(3 * CHUNK_BYTES), options());
    if (typeof frame === "string") upload.socket.send(frame);
    else upload.socket.sendBinary(frame);
    const refusal = await upload.refusal();
    assert.deepEqual([refusal.code, refusal.close, refusal.retryable], [code, close, retryable]);
    assert.equal(await stateOf(upload.uploadId), "receiving");
    await call(`${server.url}/v2/documents/uploads/${upload.uploadId}`, { token, method: "DELETE" });
  }
  const { uploads } = server.services;
  const { open } = uploads;
  // A chunk that comes before the answer to the handshake.
  uploads.open = () => new Promise(() => {});
  try {
    const early = await TestUpload.begin(testFile(10), options());
    early.chunk(1);
    assert.equal((await early.refusal()).code, "bad_frame");
  } finally {
    uploads.open = open;
  }
});

Deno.test("refusal - content of another type, size or hash ends the upload and is removed", async () => {
  const jsm = await jetstreamManager(server.services.nats);
  const file = testFile(2 * CHUNK_BYTES);
  const html = new TextEncoder().encode("<html><script>alert(1)</script></html>");
  const short = { seq: 2, data: file.subarray(0, 5), final: true };
  const cases: [Uint8Array<ArrayBuffer>, AnyFrame, (upload: TestUpload) => void, string, number][] = [
    [html, {}, (upload) => upload.chunk(1), "type_mismatch", 4415],
    [file, { mimetype: "image/png", filename: "a.png" }, (upload) => upload.chunk(1), "type_mismatch", 4415],
    [file, {}, (upload) => upload.raw({ ...chunkOf(file, 1), final: true }), "size_mismatch", 4413],
    [file, {}, (upload) => (upload.chunk(1), upload.raw(short)), "size_mismatch", 4413],
    [file, { filesize: CHUNK_BYTES }, (upload) => upload.chunk(1), "size_mismatch", 4413],
    [
      file,
      { filesize: CHUNK_BYTES + 1 },
      (upload) => (upload.chunk(1), upload.chunk(2)),
      "size_mismatch",
      4413,
    ],
    [
      file,
      { sha256: "0".repeat(64) },
      (upload) => (upload.chunk(1), upload.chunk(2)),
      "checksum_mismatch",
      4422,
    ],
  ];
  for (const [bytes, handshake, send, code, close] of cases) {
    const upload = await TestUpload.open(bytes, options(handshake));
    send(upload);
    const refusal = await upload.refusal();
    assert.deepEqual([refusal.code, refusal.close, refusal.retryable], [code, close, false]);
    await until("it is refused", async () => await stateOf(upload.uploadId) === "refused");
    await until("its chunks are gone", async () => {
      const filter = `$O.docs.C.${upload.uploadId}`;
      const { state } = await jsm.streams.info(DOCS_STORE, { subjects_filter: filter });
      return Object.keys(state.subjects ?? {}).length === 0;
    });
    const again = await TestUpload.begin(bytes, options({ ...handshake, uploadId: upload.uploadId }));
    assert.equal((await again.refusal()).code, "upload_refused");
  }
});

Deno.test("refusal - the declared hash is compared after a resume as well", async () => {
  const file = testFile(3 * CHUNK_BYTES);
  const good = await TestUpload.open(file, options({ sha256: sha256Of(file) }));
  await good.chunks(1, 1);
  await good.socket.close();
  const again = await TestUpload.open(file, options({ sha256: sha256Of(file), uploadId: good.uploadId }));
  assert.equal((await again.finish()).sha256, sha256Of(file));
  // Told only when it goes on.
  const later = await TestUpload.open(file, options());
  await later.chunks(1, 1);
  await later.socket.close();
  const wrong = await TestUpload.open(file, options({ sha256: "e".repeat(64), uploadId: later.uploadId }));
  await wrong.chunks(2, 3);
  assert.equal((await wrong.refusal()).code, "checksum_mismatch");
  const bad = await TestUpload.open(file, options({ sha256: "f".repeat(64) }));
  await bad.chunks(1, 1);
  await bad.socket.close();
  const badAgain = await TestUpload.open(file, options({ sha256: "f".repeat(64), uploadId: bad.uploadId }));
  await badAgain.chunks(2, 3);
  assert.equal((await badAgain.refusal()).code, "checksum_mismatch");
});

Deno.test("refusal - more chunks under way than the window end the connection", async () => {
  const upload = await TestUpload.open(testFile(100 * CHUNK_BYTES), options());
  const { store } = server.services.uploads;
  const put = store.put.bind(store);
  // A store that does not answer: what the client sends stays under way.
  store.put = () => new Promise(() => {});
  try {
    for (let seq = 1; seq <= WINDOW_CHUNKS + 1; seq++) upload.chunk(seq);
    const refusal = await upload.refusal();
    assert.deepEqual([refusal.code, refusal.close, refusal.nextSeq], ["window_exceeded", 4429, 1]);
  } finally {
    store.put = put;
  }
});

Deno.test("refusal - idle, paused, without handshake, at the end of its life or of its token: each has its time", async () => {
  const taken = watchConnections(server);
  const silent = await TestSocket.open(`${server.wsUrl}/v2/documents/upload/stream`, token);
  taken[0]!.tick(Date.now() + HANDSHAKE_MS);
  assert.equal((await silent.whenClosed()).code, 4408);

  const idle = await TestUpload.open(testFile(3 * CHUNK_BYTES), options());
  await idle.chunks(1, 1);
  taken[1]!.tick(Date.now() + IDLE_MS - 1_000);
  assert.equal(idle.socket.closed, undefined);
  taken[1]!.tick(Date.now() + IDLE_MS + 1);
  assert.deepEqual(await idle.refusal(), { code: "idle", close: 4408, retryable: true, nextSeq: 2 });

  const paused = await TestUpload.open(idle.file, options({ uploadId: idle.uploadId }));
  paused.socket.send({ type: "pause" });
  await paused.until(({ type }) => type === "paused");
  taken[2]!.tick(Date.now() + IDLE_MS + 1);
  paused.socket.send({ type: "resume" });
  await paused.socket.until(() => paused.socket.frames.filter(({ type }) => type === "ready").length === 2);
  assert.equal(paused.ready.nextSeq, 2);
  paused.socket.send({ type: "pause" });
  await paused.socket.until(() => paused.socket.frames.filter(({ type }) => type === "paused").length === 2);
  taken[2]!.tick(Date.now() + PAUSED_MS + 1);
  assert.deepEqual(await paused.refusal(), { code: "idle", close: 4408, retryable: true, nextSeq: 2 });

  const old = await TestUpload.open(idle.file, {
    ...options({ uploadId: idle.uploadId }),
    token: await server.token({}, 48 * 3_600),
  });
  taken[3]!.tick(Date.now() + UPLOAD_LIFE_MS);
  assert.equal((await old.refusal()).code, "upload_expired");

  const brief = await TestUpload.open(idle.file, {
    ...options({ uploadId: idle.uploadId }),
    token: await server.token({}, 300),
  });
  brief.socket.send({ type: "pause" });
  await brief.until(({ type }) => type === "paused");
  taken[4]!.tick(Date.now() + 250_000);
  await brief.until(({ code }) => code === "token_expiring");
  brief.socket.send({ type: "auth", token: await server.token({ sub: "u2" }) });
  await brief.until(({ code }) => code === "token_mismatch");
  brief.socket.send({ type: "auth", token: "nonsense" });
  await brief.until(({ code }) => code === "token_invalid");
  brief.socket.send({ type: "auth", token: await server.token({}, 350) });
  await brief.until(({ type }) => type === "renewed");
  taken[4]!.tick(Date.now() + 351_000);
  assert.deepEqual(await brief.refusal(), {
    code: "token_expired",
    close: 4401,
    retryable: true,
    nextSeq: 2,
  });
});

Deno.test("refusal - a token that has lost the property or the service cannot finish", async () => {
  for (
    const [claims, code] of [[{ properties: [2] }, "property_forbidden"], [
      { services: ["tasks"] },
      "service_forbidden",
    ]]
  ) {
    const upload = await TestUpload.open(testFile(2 * CHUNK_BYTES), options());
    await upload.chunks(1, 1);
    upload.socket.send({ type: "auth", token: await server.token(claims as AnyFrame) });
    assert.deepEqual(await upload.refusal(), { code, close: 4403, retryable: false, nextSeq: undefined });
  }
});

Deno.test("refusal - a guest who is gone before the end is noticed", async () => {
  const guest = await call(`${server.url}/guest-checkin/guest`, {
    token,
    json: { name: "Leaving", propertyId: 1 },
  });
  const upload = await TestUpload.open(testFile(2 * CHUNK_BYTES), options({ guestId: guest.json.id }));
  await upload.chunks(1, 1);
  const gone = await call(`${server.url}/guest-checkin/guest/${guest.json.id}`, { token, method: "DELETE" });
  assert.equal(gone.status, 204);
  upload.chunk(2);
  assert.equal((await upload.refusal()).code, "guest_not_found");
});

Deno.test("refusal - a chunk after the last one, while the upload is being finished, takes nothing of it away", async () => {
  const upload = await TestUpload.open(testFile(2 * CHUNK_BYTES), options());
  const { uploads } = server.services;
  const { complete } = uploads;
  const made = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  // The object is there, its document is not yet.
  uploads.complete = async (...args) => {
    made.resolve();
    await goOn.promise;
    return await complete.apply(uploads, args);
  };
  try {
    upload.chunk(1);
    upload.chunk(2);
    await made.promise;
    upload.raw({ seq: 3, data: testFile(100), final: true });
    goOn.resolve();
    const { documentId } = await upload.until(({ type }) => type === "complete");
    await wholeFile(documentId, upload.file);
  } finally {
    goOn.resolve();
    uploads.complete = complete;
  }
});

Deno.test("refusal - a cancel that comes while another connection makes the document takes nothing of it away", async () => {
  const upload = await TestUpload.open(testFile(2 * CHUNK_BYTES), options());
  const { uploads } = server.services;
  const { info } = uploads.store;
  let documentId: number | undefined;
  uploads.store.info = async (uploadId) => {
    uploads.store.info = info;
    const found = await info.call(uploads.store, uploadId);
    assert.equal(found, undefined);
    // Between the look and what follows from it.
    const again = await TestUpload.open(upload.file, options({ uploadId }));
    documentId = (await again.finish()).documentId;
    return found;
  };
  try {
    const url = `${server.url}/v2/documents/uploads/${upload.uploadId}`;
    assert.equal((await call(url, { token, method: "DELETE" })).json.code, "upload_complete");
  } finally {
    uploads.store.info = info;
  }
  await wholeFile(documentId!, upload.file);
});

Deno.test("refusal - a client that asks on and on and reads no answer is sent away", async () => {
  const upload = await TestUpload.open(testFile(2 * CHUNK_BYTES), options());
  await upload.chunks(1, 1);
  await upload.socket.close();
  const { connections } = server.services;
  const { remove } = connections;
  let gone = false;
  const taken = watchConnections(server);
  connections.remove = (held) => {
    gone ||= held === taken[0];
    remove.call(connections, held);
  };
  const url = `${server.url}/v2/documents/upload/stream`;
  const raw = await RawSocket.connect(url);
  try {
    assert.equal((await raw.upgrade(url, [`Authorization: Bearer ${token}`])).status, 101);
    await raw.send({
      filename: "passport.pdf",
      filesize: upload.file.length,
      mimetype: "application/pdf",
      documentType: "passport",
      propertyId: 1,
      uploadId: upload.uploadId,
    });
    assert.equal((await raw.next()).type, "ready");
    // Each is answered by progress. The system keeps some megabytes for a client that does not read.
    for (let n = 0; n < 300_000 && !gone; n++) await raw.send({ seq: 1, data: "QQ==" });
    assert.ok(gone);
  } finally {
    connections.remove = remove;
    raw.close();
  }
});
