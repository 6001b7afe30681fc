import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { UPLOAD_CLOSE } from "@/lib/protocol/close_codes.ts";
import { UPLOAD_ERRORS } from "@/lib/upload/errors.ts";
import { FILE_BYTES_MAX } from "@/lib/upload/limits.ts";
import { parseUploadBinary } from "@/lib/upload/frames.ts";
import { completeFrame, readyFrame, uploadErrorFrame } from "@/lib/upload/server_frames.ts";
import type { KeptUpload } from "@/lib/upload/client/kept_upload.ts";
import { REFUSALS_MAX, UPLOADS_AT_ONCE } from "@/lib/upload/client/limits.ts";
import type { SocketLike } from "@/lib/client/socket.ts";
import { Uploads } from "@/lib/upload/client/uploads.ts";
import type { UploadsWorld } from "@/lib/upload/client/uploads_types.ts";
import { progressWords, secondsWords, uploadWords } from "@/lib/pages/documents/upload_words.ts";

const EXPIRES = "2100-01-01T00:00:00.000Z";
const ID = "0b9c1d9e-0000-4000-8000-000000000001";

/** A socket whose other end is the test. */
class TestSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  readonly sent: (string | Uint8Array<ArrayBuffer>)[] = [];
  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.sent.push(data);
  }
  close(): void {}
  hear(text: string): void {
    this.onmessage?.({ data: text });
  }
}

function world(kept = new Map<string, KeptUpload>(), held: readonly string[] = []) {
  const sockets: TestSocket[] = [];
  const removed: string[] = [];
  const documents = new Map<string, number>();
  const locks = new Set<string>();
  let ids = 0;
  const made: UploadsWorld = {
    WebSocket: class extends TestSocket {
      constructor() {
        super();
        sockets.push(this);
      }
    },
    socketUrl: () => "ws://test",
    renew: () => Promise.resolve("failed"),
    after: () => () => {},
    now: () => 0,
    remove: (id) => {
      removed.push(id);
      const documentId = documents.get(id);
      return Promise.resolve(documentId === undefined ? "gone" : { documentId });
    },
    kept: {
      all: () => Promise.resolve([...kept.values()]),
      put: (upload) => Promise.resolve(void kept.set(upload.key, upload)),
      remove: (key) => Promise.resolve(void kept.delete(key)),
    },
    random: () => 0.5,
    newId: () => `k${++ids}`,
    isOnline: () => true,
    watchOnline: () => () => {},
    lock: (name) => {
      if (held.includes(name)) return Promise.resolve("held");
      locks.add(name);
      return Promise.resolve(() => void locks.delete(name));
    },
    guardLeaving: () => () => {},
  };
  return { world: made, sockets, removed, kept, documents, locks };
}

const WHOSE = { orgId: 1, userId: "meera" };
const FOR = { documentType: null, guestId: 7, propertyId: 1 };

function file(name: string, text = "%PDF-1.7"): File {
  return new File([text], name, { type: "application/pdf" });
}

/** Reading files takes turns of the event loop, however many. */
async function until(what: string, probe: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) {
    if (probe()) return;
    await new Promise((resolve) => setTimeout(resolve));
  }
  assert.fail(what);
}

function keptOf(content: string, more: Partial<KeptUpload> = {}): KeptUpload {
  return {
    ...WHOSE,
    key: "old",
    uploadId: ID,
    sha256: createHash("sha256").update(content).digest("hex"),
    received: 0,
    expiresAt: EXPIRES,
    isPaused: false,
    handle: null,
    filename: "a.pdf",
    filesize: content.length,
    mimetype: "application/pdf",
    documentType: "other",
    guestId: 7,
    propertyId: 1,
    ...more,
  };
}

Deno.test("uploads list - so many at once, the others wait for their turn; one that is done makes room", async () => {
  const { world: made, sockets, kept } = world();
  const uploads = new Uploads(WHOSE, made);
  for (let i = 0; i < UPLOADS_AT_ONCE + 2; i++) uploads.add(file(`${i}.pdf`), FOR);
  await until("sockets", () => sockets.length === UPLOADS_AT_ONCE);
  assert.deepEqual(uploads.list.map(({ state }) => state), [
    ...Array(UPLOADS_AT_ONCE).fill("connecting"),
    "waiting",
    "waiting",
  ]);
  const [first] = sockets;
  first!.onopen!();
  await until("the handshake", () => first!.sent.length === 1);
  first!.hear(readyFrame({ uploadId: ID, nextSeq: 1, offset: 0, expiresAt: EXPIRES }));
  await until("the chunk", () => first!.sent.length === 2);
  const chunk = parseUploadBinary(first!.sent[1] as Uint8Array<ArrayBuffer>);
  assert.deepEqual(chunk, { type: "chunk", seq: 1, final: true, data: new TextEncoder().encode("%PDF-1.7") });
  assert.equal(kept.size, 1, "it would survive a reload");
  first!.hear(completeFrame({ uploadId: ID, documentId: 5, size: 8, sha256: "", status: "uploaded" }));
  await until("the next", () => sockets.length === UPLOADS_AT_ONCE + 1);
  assert.equal(uploads.list[0]!.state, "complete");
  assert.equal(kept.size, 0, "nothing is left to go on with");
});

Deno.test("uploads list - what cannot be sent is refused before anything is", () => {
  const { world: made, sockets } = world();
  const uploads = new Uploads(WHOSE, made);
  uploads.add(new File(["x"], "notes.txt", { type: "text/plain" }), FOR);
  uploads.add(new File([], "empty.pdf"), FOR);
  const large = file("large.pdf");
  Object.defineProperty(large, "size", { value: FILE_BYTES_MAX + 1 });
  uploads.add(large, FOR);
  assert.deepEqual(uploads.list.map(({ refusal }) => refusal), ["type_unsupported", "empty", "too_large"]);
  assert.equal(uploadWords(uploads.list[2]!), "Not uploaded: files may have 100 MB at most");
  uploads.dismiss(uploads.list[0]!.key);
  assert.equal(uploads.list.length, 2);
  assert.deepEqual(sockets, []);
});

Deno.test("uploads list - after a reload the same file goes on, another one does not", async () => {
  const kept = new Map([["old", keptOf("the right one", { received: 3 })]]);
  const { world: made, sockets } = world(kept);
  const uploads = new Uploads(WHOSE, made);
  await uploads.start();
  assert.deepEqual(uploads.list.map(({ state, received }) => [state, received]), [["needs_file", 3]]);
  await uploads.select("old", file("a.pdf", "the wrong one"));
  assert.equal(uploads.list[0]!.isOther, true);
  await uploads.select("old", file("renamed.pdf", "the right one"));
  await until("the socket", () => sockets.length === 1);
  sockets[0]!.onopen!();
  await until("the handshake", () => sockets[0]!.sent.length === 1);
  const { uploadId, filename } = JSON.parse(sockets[0]!.sent[0] as string);
  assert.deepEqual([uploadId, filename], [ID, "a.pdf"]);
});

Deno.test("uploads list - a handle goes on by itself where it may, stays paused, and asks where it must", async () => {
  const handle = (answer: PermissionState) => ({
    getFile: () => Promise.resolve(file("a.pdf", "content")),
    queryPermission: () => Promise.resolve(answer),
    requestPermission: () => Promise.resolve("granted" as const),
  });
  const kept = new Map([
    ["a", keptOf("content", { key: "a", handle: handle("granted") })],
    ["b", keptOf("content", { key: "b", handle: handle("granted"), isPaused: true })],
    ["c", keptOf("content", { key: "c", handle: handle("prompt") })],
    ["d", keptOf("content", { key: "d", expiresAt: new Date(-1).toISOString() })],
    ["e", keptOf("content", { key: "e", handle: handle("granted") })],
  ]);
  const { world: made, sockets } = world(kept, ["innstream.upload.e"]);
  const uploads = new Uploads(WHOSE, made);
  await uploads.start();
  assert.deepEqual(uploads.list.map(({ key, state }) => [key, state]), [
    ["a", "connecting"],
    ["b", "paused"],
    ["c", "needs_permission"],
  ]);
  assert.equal(kept.has("d"), false, "it has run out");
  await uploads.allow("c");
  assert.equal(uploads.list[2]!.state, "connecting");
  assert.equal(sockets.length, 2);
});

Deno.test("uploads list - cancelled without its file, it is forgotten here and there", async () => {
  const kept = new Map([["old", keptOf("content")]]);
  const { world: made, removed } = world(kept);
  const uploads = new Uploads(WHOSE, made);
  await uploads.start();
  uploads.cancel("old");
  assert.deepEqual([uploads.list[0]!.state, removed, kept.size], ["cancelling", [ID], 0]);
  await until("the answer", () => uploads.list[0]!.state === "cancelled");
});

Deno.test("uploads list - what has become a document meanwhile cannot be cancelled, and is not said to be", async () => {
  const { world: made, sockets, documents } = world(new Map([["old", keptOf("content")]]));
  documents.set(ID, 5);
  const uploads = new Uploads(WHOSE, made);
  await uploads.start();
  uploads.cancel("old");
  const running = uploads.add(file("a.pdf"), FOR);
  await until("the socket", () => sockets.length === 1);
  sockets[0]!.onopen!();
  await until("the handshake", () => sockets[0]!.sent.length === 1);
  sockets[0]!.hear(readyFrame({ uploadId: ID, nextSeq: 1, offset: 0, expiresAt: EXPIRES }));
  await until("the chunk", () => sockets[0]!.sent.length === 2);
  uploads.cancel(running);
  // It breaks off before the server says what has become of it.
  sockets[0]!.onclose!({ code: 1006 });
  await until("both answers", () => uploads.list.every(({ state }) => state === "complete"));
  assert.deepEqual(uploads.list.map(({ documentId }) => documentId), [5, 5]);
});

Deno.test("uploads list - dismissed, one that could go on is forgotten; begun again, one is locked again", async () => {
  const { world: made, sockets, kept, locks } = world();
  const uploads = new Uploads(WHOSE, made);
  const refuse = (error: "upload_expired" | "internal") => {
    const socket = sockets.at(-1)!;
    socket.onopen!();
    socket.hear(readyFrame({ uploadId: ID, nextSeq: 1, offset: 0, expiresAt: EXPIRES }));
    socket.hear(uploadErrorFrame(error));
    socket.onclose!({ code: UPLOAD_CLOSE[UPLOAD_ERRORS[error].close].code });
  };
  const expired = uploads.add(file("a.pdf"), FOR);
  await until("the socket", () => sockets.length === 1);
  refuse("upload_expired");
  assert.deepEqual([uploads.list[0]!.state, locks.size], ["failed", 0]);
  uploads.retry(expired);
  await until("the lock", () => locks.size === 1);
  uploads.cancel(expired);
  await until("it is gone", () => locks.size === 0);
  // Three refusals in a row, and the person is told; it could go on.
  const key = uploads.add(file("b.pdf"), FOR);
  for (let i = 0; i < REFUSALS_MAX; i++) {
    const at = sockets.length;
    if (i > 0) uploads.retry(key);
    await until("the socket", () => sockets.length === at + 1);
    refuse("internal");
  }
  const { state, failure } = uploads.list.at(-1)!;
  assert.deepEqual([state, failure?.again, kept.has(key), locks.size], ["failed", "resume", true, 1]);
  uploads.dismiss(key);
  assert.deepEqual([kept.has(key), locks.size], [false, 0]);
});

Deno.test("uploads list - how far and how long, in words", () => {
  const { world: made } = world();
  const uploads = new Uploads(WHOSE, made);
  uploads.add(file("a.pdf"), FOR);
  const upload = {
    ...uploads.list[0]!,
    filesize: 31_000_000,
    received: 4_200_000,
    bytesPerSecond: 640_000,
    secondsLeft: 41.8,
  };
  assert.equal(progressWords(upload), "4.2 MB of 31 MB, 640 kB/s, 45 s left");
  assert.deepEqual([1, 61, 3_700].map(secondsWords), ["a few seconds", "2 min", "2 h"]);
});
