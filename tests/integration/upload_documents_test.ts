// What becomes of files: served, removed, swept.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { CHUNK_BYTES } from "@/lib/upload/limits.ts";
import { DOCS_STORE } from "@/services/documents/buckets.ts";
import { chunkSubject } from "@/services/documents/chunk_store.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { call, startDemo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { type AnyFrame } from "../harness/socket.ts";
import { sha256Of, testFile, TestUpload } from "../harness/upload.ts";

let server: TestServer;
let token: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  token = await server.token();
});
Deno.test.afterAll(() => server?.stop());

const options = (handshake: AnyFrame = {}) => ({ wsUrl: server.wsUrl, token, handshake });

async function uploaded(file: Uint8Array<ArrayBuffer>, handshake: AnyFrame = {}) {
  const upload = await TestUpload.open(file, options(handshake));
  const { documentId } = await upload.finish();
  return { id: documentId as number, uploadId: upload.uploadId };
}

async function messages(uploadId: string): Promise<number> {
  const jsm = await jetstreamManager(server.services.nats);
  let count = 0;
  for (
    const filter of [chunkSubject(uploadId), `${chunkSubject(uploadId)}.>`, `$O.docs.M.${btoa(uploadId)}`]
  ) {
    const { state } = await jsm.streams.info(DOCS_STORE, { subjects_filter: filter });
    count += Object.values(state.subjects ?? {}).reduce((sum, n) => sum + n, 0);
  }
  return count;
}

/** Changes rows as time would. */
async function age(
  uploadId: string,
  change: "expires_at" | "created_at" | "ended_at",
  hours: number,
): Promise<void> {
  await inTenant(
    server.services.sql,
    1,
    (tx) =>
      tx`update uploads set ${tx(change)} = ${
        tx(change)
      } - ${hours} * interval '1 hour' where id = ${uploadId}`,
  );
}

async function stateOf(uploadId: string): Promise<string | undefined> {
  const [row] = await inTenant(
    server.services.sql,
    1,
    (tx) => tx`select state from uploads where id = ${uploadId}`,
  );
  return row?.state;
}

Deno.test("documents - a file is served to be saved, under its name, and never shown", async () => {
  const polyglot = new TextEncoder().encode("GIF89a/*<script>alert(1)</script>*/=1;");
  const { id } = await uploaded(polyglot, { filename: 'पासपोर्ट "1".gif', mimetype: "image/gif" });
  const response = await fetch(`${server.url}/v2/documents/${id}/content`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.deepEqual(await response.bytes(), polyglot);
  const header = (name: string) => response.headers.get(name);
  assert.equal(
    header("content-disposition"),
    `attachment; filename="________ _1_.gif"; filename*=UTF-8''${encodeURIComponent("पासपोर्ट _1_.gif")}`,
  );
  assert.equal(header("content-type"), "image/gif");
  assert.equal(header("x-content-type-options"), "nosniff");
  assert.equal(header("content-security-policy"), "sandbox; default-src 'none'");
  assert.equal(header("cache-control"), "no-store");
  assert.equal(header("content-length"), String(polyglot.length));
});

Deno.test("documents - a record comes with its corrections and its table", async () => {
  const { id } = await uploaded(testFile(100));
  await inTenant(server.services.sql, 1, async (tx) => {
    await tx`insert into document_corrections (org_id, document_id, field, before, after, corrected_by)
      values (1, ${id}, 'name', 'Aha', 'Asha', 'u1')`;
    await tx`insert into document_tables (org_id, document_id, body) values (1, ${id}, ${
      tx.json({ rowsTotal: 2 })
    })`;
  });
  const { json, headers } = await call(`${server.url}/v2/documents/${id}`, { token });
  assert.equal(headers.get("etag"), '"1"');
  assert.deepEqual(json.table, { rowsTotal: 2 });
  assert.deepEqual(json.corrections.map(({ field, before, after }: AnyFrame) => [field, before, after]), [
    ["name", "Aha", "Asha"],
  ]);
});

Deno.test("documents - those of another organisation or property are not there, in any way", async () => {
  const { id } = await uploaded(testFile(100));
  await server.services.previews.putPreview(1, id, 1, new TextEncoder().encode("RIFF"));
  await inTenant(
    server.services.sql,
    1,
    (tx) => tx`update documents set previews = 1 where org_id = 1 and id = ${id}`,
  );
  const strangers = [await server.token({ orgId: 2 }), await server.token({ properties: [2] })];
  for (const stranger of strangers) {
    for (const path of ["", "/content", "/previews/1"]) {
      const answer = await call(`${server.url}/v2/documents/${id}${path}`, { token: stranger });
      assert.deepEqual([answer.status, answer.json.code], [404, "not_found"], path);
    }
    const removal = await call(`${server.url}/v2/documents/${id}`, { token: stranger, method: "DELETE" });
    assert.equal(removal.status, 404);
  }
  const blind = await server.token({ services: ["tasks"] });
  assert.equal((await call(`${server.url}/v2/documents/${id}/content`, { token: blind })).status, 403);
  assert.equal(
    (await call(`${server.url}/v2/documents/${id}/previews/1`, { token })).headers.get("content-type"),
    "image/webp",
  );
  assert.equal((await call(`${server.url}/v2/documents/${id}/previews/2`, { token })).status, 404);
});

Deno.test("documents - a file that is not kept is gone", async () => {
  const { id, uploadId } = await uploaded(testFile(100));
  await server.services.originals.eraseOriginal(uploadId);
  const answer = await call(`${server.url}/v2/documents/${id}/content`, { token });
  assert.deepEqual([answer.status, answer.json.code], [410, "gone"]);
});

for (const documentType of ["passport", "aadhaar"]) {
  Deno.test(`documents - with a document (${documentType}) go its file and its pictures; staff may not remove it`, async () => {
    const { id, uploadId } = await uploaded(testFile(5 * CHUNK_BYTES), { documentType });
    const { previews } = server.services;
    await previews.putPreview(1, id, 1, new TextEncoder().encode("RIFF"));
    const url = `${server.url}/v2/documents/${id}`;
    const staff = await server.token({ role: "staff", properties: [1] });
    assert.equal((await call(url, { token: staff, method: "DELETE" })).status, 403);
    assert.equal((await call(url, { token, method: "DELETE" })).status, 204);
    assert.equal((await call(url, { token })).status, 404);
    await until("the upload is forgotten", async () => await stateOf(uploadId) === undefined);
    assert.equal(await messages(uploadId), 0);
    assert.equal(await previews.previewOf(1, id, 1), undefined);
  });
}

Deno.test("sweeper - what ran out is taken away, what is finished or still has time stays", async () => {
  const whole = await uploaded(testFile(3 * CHUNK_BYTES));
  const late = await TestUpload.open(testFile(10 * CHUNK_BYTES), options());
  await late.chunks(1, 5);
  const young = await TestUpload.open(testFile(10 * CHUNK_BYTES), options());
  await young.chunks(1, 5);
  await age(whole.uploadId, "expires_at", 100);
  await age(late.uploadId, "expires_at", 100);
  await server.services.uploadSweeper.sweep();
  assert.equal(await stateOf(late.uploadId), "expired");
  assert.equal(await messages(late.uploadId), 0);
  assert.equal((await late.refusal()).code, "upload_expired");
  assert.equal(await stateOf(whole.uploadId), "complete");
  assert.equal(await messages(whole.uploadId), 4);
  assert.equal(await stateOf(young.uploadId), "receiving");
  const again = await TestUpload.begin(late.file, options({ uploadId: late.uploadId }));
  assert.equal((await again.refusal()).code, "upload_expired");
  assert.equal((await young.finish()).sha256, sha256Of(young.file));
  // Somebody who was about to resume it when it ended.
  const { store } = server.services.uploads;
  const lease = await store.lease(late.uploadId, crypto.randomUUID(), "upload");
  await store.put({ uploadId: late.uploadId, lease, seq: 1, data: testFile(CHUNK_BYTES) });
  await age(late.uploadId, "ended_at", 24 * 8);
  await server.services.uploadSweeper.sweep();
  assert.equal(await stateOf(late.uploadId), undefined);
  assert.equal(await messages(late.uploadId), 0);
});

Deno.test("sweeper - an upload that a crash left between its object and its document gets it, on two instances once", async () => {
  const second = await server.another();
  try {
    for (const change of ["created_at", "expires_at"] as const) {
      const upload = await TestUpload.open(testFile(3 * CHUNK_BYTES), options());
      const { uploads } = server.services;
      const { complete } = uploads;
      const { promise: reached, resolve } = Promise.withResolvers<void>();
      uploads.complete = () => {
        resolve();
        return new Promise(() => {});
      };
      await upload.chunks(1, 3);
      await reached;
      uploads.complete = complete;
      await age(upload.uploadId, change, 100);
      await Promise.all([server.services.uploadSweeper.sweep(), second.services.uploadSweeper.sweep()]);
      assert.equal(await stateOf(upload.uploadId), "complete");
      const [row] = await inTenant(
        server.services.sql,
        1,
        (tx) => tx`select count(*)::int as n from documents where upload_id = ${upload.uploadId}`,
      );
      assert.equal(row!.n, 1);
    }
  } finally {
    await second.stop();
  }
});
