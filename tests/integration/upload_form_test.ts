// Files as forms: the same store, the same refusals.
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { jetstreamManager } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import type { Principal } from "@/lib/auth/principal.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { CHUNK_BYTES, FILE_BYTES_MAX } from "@/lib/upload/limits.ts";
import { DOCS_STORE } from "@/services/documents/buckets.ts";
import { receiveForm } from "@/services/documents/form_upload.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { startDemo } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { sha256Of, testFile } from "../harness/upload.ts";

let server: TestServer;
let token: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  token = await server.token();
});
Deno.test.afterAll(() => server?.stop());

const WHO: Principal = {
  userId: "u1",
  orgId: 1,
  role: "manager",
  properties: "*",
  name: "Test",
  services: new Set(SERVICE_NAMES),
  expiresAt: Infinity,
};

interface FormOptions {
  readonly fields?: Record<string, string>;
  readonly name?: string;
  readonly type?: string;
  readonly filename?: string;
}

function form(
  file: Uint8Array<ArrayBuffer>,
  { fields, name = "file", type, filename = "scan.pdf" }: FormOptions = {},
) {
  const data = new FormData();
  const all = { documentType: "passport", propertyId: "1", filesize: String(file.length), ...fields };
  for (const [key, value] of Object.entries(all)) data.append(key, value);
  data.append(name, new Blob([file], { type: type ?? "application/pdf" }), filename);
  return data;
}

async function post(body: BodyInit, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/v2/documents/upload`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, json: await response.json() };
}

async function chunksLeft(): Promise<number> {
  const jsm = await jetstreamManager(server.services.nats);
  return (await jsm.streams.info(DOCS_STORE)).state.messages;
}

Deno.test("form - a file becomes a document like one that came over a socket", async () => {
  const file = testFile(33 * CHUNK_BYTES + 9, 5);
  const { status, headers, json } = await post(
    form(file, { fields: { guestId: "1", sha256: sha256Of(file) } }),
  );
  assert.equal(status, 201, JSON.stringify(json));
  assert.equal(headers.get("location"), `/v2/documents/${json.id}`);
  assert.deepEqual(
    [json.filename, json.filesize, json.sha256, json.guestId, json.status, json.corrections],
    ["scan.pdf", file.length, sha256Of(file), 1, "uploaded", []],
  );
  const content = await fetch(`${server.url}/v2/documents/${json.id}/content`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(sha256Of(await content.bytes()), sha256Of(file));
});

Deno.test("form - the name of its file may be in any script", async () => {
  const { json } = await post(form(testFile(100), { filename: "पासपोर्ट é.pdf" }));
  assert.equal(json.filename, "पासपोर्ट é.pdf");
});

Deno.test("form - what is wrong with it is said, and nothing is left in the bucket", async () => {
  const file = testFile(3 * CHUNK_BYTES);
  const before = await chunksLeft();
  const cases: [FormData, number, string][] = [
    [form(file, { type: "text/html" }), 415, "unsupported_media_type"],
    [form(file, { type: "image/png" }), 415, "unsupported_media_type"],
    [form(file, { fields: { filesize: "1000" } }), 422, "validation_failed"],
    [form(file, { fields: { filesize: String(file.length + 1) } }), 422, "validation_failed"],
    [form(file, { fields: { filesize: "" } }), 422, "validation_failed"],
    [form(file, { fields: { filesize: String(FILE_BYTES_MAX + 1) } }), 413, "body_too_large"],
    [form(file, { fields: { sha256: "0".repeat(64) } }), 422, "validation_failed"],
    [form(file, { fields: { guestId: "424242" } }), 422, "validation_failed"],
    [form(file, { fields: { propertyId: "77" } }), 403, "forbidden"],
    [form(file, { fields: { documentType: "ticket" } }), 422, "validation_failed"],
    [form(file, { name: "document" }), 400, "bad_request"],
    [form(file, { fields: { note: "x".repeat(5_000) } }), 400, "bad_request"],
    [
      form(file, { fields: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`f${n}`, "x"])) }),
      400,
      "bad_request",
    ],
  ];
  for (const [body, status, code] of cases) {
    const answer = await post(body);
    assert.deepEqual([answer.status, answer.json.code], [status, code], answer.json.detail);
  }
  assert.equal(await chunksLeft(), before);
});

Deno.test("form - bodies that are broken are bad requests", async () => {
  const type = { "content-type": "multipart/form-data; boundary=x" };
  const part = (name: string, value: string) =>
    `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const fields = part("documentType", "passport") + part("propertyId", "1") + part("filesize", "500");
  const file =
    `--x\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\ncontent-type: application/pdf\r\n\r\n`;
  const cases: [string, Record<string, string>][] = [
    ["{}", { "content-type": "application/json" }],
    ["", type],
    ["--x--\r\n", type],
    [`${fields}--x--\r\n`, type],
    [`${fields}${file}%PDF-1.7`, type],
    [part("documentType", "passport") + fields + file, type],
    ["nonsense", { "content-type": "multipart/form-data" }],
  ];
  const before = await chunksLeft();
  for (const [body, headers] of cases) {
    const answer = await post(new TextEncoder().encode(body), headers);
    assert.deepEqual([answer.status, answer.json.code], [400, "bad_request"], body);
  }
  assert.equal(await chunksLeft(), before);
});

Deno.test("form - a body that stops coming is given up, and its upload is cancelled", async () => {
  const before = await chunksLeft();
  const request = new Request("http://localhost/", { method: "POST", body: form(testFile(4 * CHUNK_BYTES)) });
  const whole = await request.bytes();
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      // All but its end.
      controller.enqueue(whole.subarray(0, whole.length - 2 * CHUNK_BYTES));
    },
    cancel: () => resolve(),
  });
  const slow = new Request("http://localhost/", { method: "POST", headers: request.headers, body });
  const done = await receiveForm(server.services.uploads, WHO, slow, { idleMs: 100 });
  assert.equal("code" in done && done.code, "request_timeout");
  await cancelled;
  assert.equal(await chunksLeft(), before);
});

Deno.test("form - a body that breaks off is given up as well", async () => {
  const before = await chunksLeft();
  const request = new Request("http://localhost/", { method: "POST", body: form(testFile(4 * CHUNK_BYTES)) });
  const whole = await request.bytes();
  let sent = false;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (sent) return controller.error(new Error("gone"));
      sent = true;
      controller.enqueue(whole.subarray(0, whole.length - CHUNK_BYTES));
    },
  });
  const broken = new Request("http://localhost/", { method: "POST", headers: request.headers, body });
  const done = await receiveForm(server.services.uploads, WHO, broken);
  assert.equal("code" in done && done.code, "request_timeout");
  assert.equal(await chunksLeft(), before);
});

Deno.test("form - a document that was made keeps its file, even where the answer could not be given", async () => {
  const { uploads, documents } = server.services;
  const { release } = uploads.store;
  let uploadId = "";
  uploads.store.release = (id) => {
    uploads.store.release = release;
    uploadId = id;
    return Promise.reject(new errors.TimeoutError());
  };
  const file = testFile(3 * CHUNK_BYTES);
  assert.equal((await post(form(file))).status, 503);
  const [row] = await inTenant(
    server.services.sql,
    1,
    (tx) => tx<{ id: number }[]>`select id from documents where upload_id = ${uploadId}`,
  );
  const answer = await documents.content(WHO, row!.id);
  assert.ok(answer.ok);
  const pieces = await Array.fromAsync(answer.content.bytes);
  assert.equal(sha256Of(new Uint8Array(await new Blob(pieces).arrayBuffer())), sha256Of(file));
});

Deno.test("form - a body without end, and without a file, is not read to its end", async () => {
  const piece = new Uint8Array(1024 * 1024);
  let pieces = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (pieces++ >= 200) return controller.close();
      controller.enqueue(
        pieces === 1
          ? new TextEncoder().encode('--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n')
          : piece,
      );
    },
  });
  const headers = { "content-type": "multipart/form-data; boundary=b" };
  const endless = new Request("http://localhost/", { method: "POST", headers, body });
  const done = await receiveForm(server.services.uploads, WHO, endless);
  assert.equal("code" in done && done.code, "body_too_large");
  assert.ok(pieces < 110, `${pieces}`);
});

Deno.test("form - what was stored of a file is let go while the rest still comes", async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const request = new Request("http://localhost/", {
    method: "POST",
    body: form(testFile(64 * CHUNK_BYTES)),
  });
  const whole = await request.bytes();
  const pieces: WeakRef<Uint8Array>[] = [];
  let held = Infinity;
  let at = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (at >= whole.length) {
        // A turn of its own: what was looked at in this one may not go.
        await new Promise((resolve) => setTimeout(resolve));
        collect();
        held = pieces.filter((piece) => piece.deref() !== undefined).length;
        return controller.close();
      }
      const piece = whole.slice(at, at += CHUNK_BYTES);
      pieces.push(new WeakRef(piece));
      controller.enqueue(piece);
    },
  });
  const slow = new Request("http://localhost/", { method: "POST", headers: request.headers, body });
  const done = await receiveForm(server.services.uploads, WHO, slow);
  assert.ok("state" in done);
  assert.ok(held < 32, `${held} of ${pieces.length} are held`);
});
