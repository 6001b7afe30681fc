// How much may be uploaded at once and in a day, and what happens where there is no more room.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { CHUNK_BYTES, OPEN_UPLOADS_PER_USER_MAX } from "@/lib/upload/limits.ts";
import { DOCS_STORE } from "@/services/documents/buckets.ts";
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

async function stateOf(uploadId: string): Promise<string> {
  return (await call(`${server.url}/v2/documents/uploads/${uploadId}`, { token })).json.state;
}

Deno.test("refusal - unfinished uploads of one person are counted, those of others are not in their way", async () => {
  const mine = await server.token({ sub: "collector" });
  const all: TestUpload[] = [];
  for (let n = 0; n < OPEN_UPLOADS_PER_USER_MAX; n++) {
    all.push(await TestUpload.open(testFile(10), { wsUrl: server.wsUrl, token: mine }));
  }
  const over = await TestUpload.begin(testFile(10), { wsUrl: server.wsUrl, token: mine });
  assert.deepEqual((await over.refusal()).code, "quota_exceeded");
  const other = await TestUpload.open(testFile(10), { wsUrl: server.wsUrl, token });
  await other.finish();
  all[0]!.socket.send({ type: "cancel" });
  await all[0]!.socket.whenClosed();
  const next = await TestUpload.open(testFile(10), { wsUrl: server.wsUrl, token: mine });
  await next.finish();
  await Promise.all(all.map(({ socket }) => socket.close()));
});

Deno.test("refusal - an upload whose client is gone before it is told of it counts for nobody", async () => {
  const { sql } = server.services;
  const mine = await server.token({ sub: "gone" });
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: held, resolve: holds } = Promise.withResolvers<void>();
  // What begins an upload waits for this lock.
  const holding = inTenant(sql, 1, async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended('uploads/1/1', 0))`;
    holds();
    await released;
  });
  await held;
  const before = server.services.connections.size;
  const upload = await TestUpload.begin(testFile(10), { wsUrl: server.wsUrl, token: mine });
  await until("it is there", () => server.services.connections.size > before);
  const waiting = () =>
    sql<{ n: number }[]>`select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted`;
  await until("it waits", async () => (await waiting())[0]!.n > 0);
  await upload.socket.close();
  await until("it is gone", () => server.services.connections.size === before);
  release();
  await holding;
  await until("it has ended", async () => {
    const [row] = await inTenant(
      sql,
      1,
      (tx) => tx<{ state: string }[]>`select state from uploads where created_by = 'gone'`,
    );
    return row?.state === "cancelled";
  });
});

Deno.test("refusal - bytes of a property in a day are counted, without what came to nothing", async () => {
  await inTenant(server.services.sql, 1, (tx) =>
    tx`
      insert into uploads (id, org_id, property_id, document_type, filename, mimetype, filesize, state, created_by, expires_at)
      select gen_random_uuid(), 1, 2, 'other', 'x', 'text/csv', 104857600, 'cancelled', 'x', now() from generate_series(1, 205)`);
  const under = await TestUpload.open(testFile(10), options({ propertyId: 2 }));
  await under.finish();
  await inTenant(
    server.services.sql,
    1,
    (tx) =>
      tx`update uploads set state = 'receiving' where org_id = 1 and state = 'cancelled' and property_id = 2`,
  );
  const over = await TestUpload.begin(testFile(10), options({ propertyId: 2 }));
  assert.equal((await over.refusal()).code, "quota_exceeded");
  const elsewhere = await TestUpload.open(testFile(10), options({ propertyId: 1 }));
  await elsewhere.finish();
});

Deno.test("refusal - a full bucket takes nothing more, and says so", async () => {
  const jsm = await jetstreamManager(server.services.nats);
  const { config } = await jsm.streams.info(DOCS_STORE);
  const upload = await TestUpload.open(testFile(20 * CHUNK_BYTES), options());
  await upload.chunks(1, 1);
  const { state } = await jsm.streams.info(DOCS_STORE);
  await jsm.streams.update(DOCS_STORE, { ...config, max_bytes: state.bytes + 3 * CHUNK_BYTES });
  try {
    await upload.chunks(2, 20);
    assert.deepEqual((await upload.refusal()).code, "storage_full");
  } finally {
    await jsm.streams.update(DOCS_STORE, config);
  }
  // With room again it goes on where it was.
  const again = await TestUpload.open(upload.file, options({ uploadId: upload.uploadId }));
  assert.equal((await again.finish()).sha256, sha256Of(upload.file));
});

Deno.test("refusal - a bucket that is full to the last byte says so at every step, and lets uploads be ended", async () => {
  const jsm = await jetstreamManager(server.services.nats);
  const { config } = await jsm.streams.info(DOCS_STORE);
  const uploads = [];
  for (let n = 0; n < 3; n++) {
    const upload = await TestUpload.open(testFile(2 * CHUNK_BYTES), options());
    await upload.chunks(1, 1);
    uploads.push(upload);
  }
  const [open, cancelled, late] = uploads as [TestUpload, TestUpload, TestUpload];
  const { state } = await jsm.streams.info(DOCS_STORE);
  await jsm.streams.update(DOCS_STORE, { ...config, max_bytes: state.bytes });
  try {
    for (const handshake of [{}, { uploadId: open.uploadId }]) {
      const again = await TestUpload.begin(open.file, options(handshake));
      assert.equal((await again.refusal()).code, "storage_full");
    }
    const url = `${server.url}/v2/documents/uploads/${cancelled.uploadId}`;
    await inTenant(server.services.sql, 1, (tx) =>
      tx`
        update uploads set expires_at = now() - interval '1 hour' where id = ${late.uploadId}`);
    await server.services.uploadSweeper.sweep();
    assert.equal(await stateOf(late.uploadId), "expired");
    // What it took is free again: the bucket is filled anew.
    const { state } = await jsm.streams.info(DOCS_STORE);
    await jsm.streams.update(DOCS_STORE, { ...config, max_bytes: state.bytes });
    assert.equal((await call(url, { token, method: "DELETE" })).status, 204);
  } finally {
    await jsm.streams.update(DOCS_STORE, config);
  }
});
