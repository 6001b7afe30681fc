// The worker takes documents from the queue, whatever they, it, or its servers go through.
import assert from "node:assert/strict";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { fileURLToPath } from "node:url";
import { PREVIEWS_BUCKET } from "@/services/documents/buckets.ts";
import { Previews } from "@/services/documents/previews.ts";
import { open } from "@/services/ocr/open/open.ts";
import { DEAD } from "@/services/nats/streams.ts";
import { Objm } from "@nats-io/obj";
import sharp from "sharp";
import { until } from "../harness/live.ts";
import { hostileFiles } from "../specimens/hostile.ts";
import { pictureOf } from "../specimens/catalogue.ts";
import { plainPng } from "../specimens/plain_pictures.ts";
import { type Desk, openDesk } from "./worker_kit.ts";

let desk: Desk;
Deno.test.beforeAll(async () => {
  desk = await openDesk();
});
Deno.test.afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

function entry(name: string): string {
  return fileURLToPath(new URL(`readers/${name}.ts`, import.meta.url));
}

async function blank() {
  return { bytes: await plainPng(), documentType: "image", mediaType: "image/png" } as const;
}

Deno.test("worker - a passport becomes fields and a picture, told on the way, once however often it is queued", async () => {
  const { name, bytes, mediaType, truth } = await pictureOf("passport", "clean", 7);
  const waiting = await desk.add({ bytes, documentType: "passport", mediaType });
  const worker = await desk.worker();
  const record = await desk.read(waiting.id);
  const fields = record.fields as Record<string, { value: string; source: string }>;
  for (const field of ["documentNumber", "dateOfBirth", "expiresOn", "surname"] as const) {
    assert.equal(fields[field]?.value, truth[field], `${name}: ${field}`);
  }
  assert.equal(fields.documentNumber?.source, "mrz");
  assert.deepEqual([record.stage, record.problem, record.kept, record.previews], [null, null, "original", 1]);
  const store = await new Objm(desk.connection).open(PREVIEWS_BUCKET);
  const preview = await store.getBlob(`1/${waiting.id}/1`);
  assert.equal(new TextDecoder().decode(preview!.subarray(8, 12)), "WEBP");
  const actions = await desk.actions(waiting.id);
  assert.equal(actions.at(-1), "ocr_completed");
  assert.ok(actions.slice(0, -1).every((action) => action === "progress") && actions.length > 1);
  await desk.queue(waiting);
  await until("the second delivery", () => worker.counts().done === 2);
  assert.equal((await desk.record(waiting.id)).version, record.version);
  await worker.close();
  assert.equal(await desk.jobs(), 0);
});

for (
  const [name, problem, attempts] of [
    ["dies", "crashed", 5],
    ["hangs", "took_too_long", 2],
    ["grows", "took_too_much_memory", 2],
    ["lies", "crashed", 5],
  ] as const
) {
  Deno.test(`worker - a document whose reader ${name} is given up after ${attempts} attempts and kept as dead`, async () => {
    const worker = await desk.worker(
      { timeoutMs: name === "hangs" ? 1_000 : 20_000, memoryBytes: 200 * 1024 ** 2 },
      { readerEntry: entry(name) },
    );
    const waiting = await desk.add(await blank());
    const record = await desk.read(waiting.id);
    assert.deepEqual([record.status, record.problem, record.kept], ["failed", problem, "original"]);
    assert.equal((await desk.actions(waiting.id)).at(-1), "ocr_failed");
    const jsm = await jetstreamManager(desk.connection);
    const dead = await jsm.streams.getMessage(DEAD, { last_by_subj: `dead.docs.1.1.${waiting.id}` });
    const { documentId, uploadId, ...told } = dead!.json<Record<string, unknown>>();
    assert.deepEqual([documentId, uploadId], [waiting.id, waiting.uploadId]);
    assert.deepEqual([told.problem, told.attempts], [problem, attempts]);
    await worker.close();
    assert.equal(await desk.jobs(), 0);
  });
}

Deno.test("worker - a document that ended its workers five times is not tried a sixth time", async () => {
  const waiting = await desk.add(await blank());
  await desk.hotels.superuser`
    insert into document_attempts (org_id, document_id, attempts) values (1, ${waiting.id}, 5)`;
  const worker = await desk.worker();
  const { status, problem } = await desk.read(waiting.id);
  assert.deepEqual([status, problem], ["failed", "crashed"]);
  assert.deepEqual(await desk.actions(waiting.id), ["ocr_failed"]);
  await worker.close();
});

Deno.test("worker - of a document that was removed meanwhile no picture stays behind", async () => {
  const previews = new Previews(jetstream(desk.connection));
  const id = 98_765;
  await previews.putPreview(1, id, 1, new TextEncoder().encode("RIFF"));
  await desk.queue({ id, uploadId: crypto.randomUUID() });
  const worker = await desk.worker();
  await until("the job is done", async () => await desk.jobs() === 0);
  assert.equal(await previews.previewOf(1, id, 1), undefined);
  await worker.close();
});

Deno.test("worker - where every file must be scanned, one whose workers ended is held back like one that was not", async () => {
  const waiting = await desk.add(await blank());
  await desk.hotels.superuser`
    insert into document_attempts (org_id, document_id, attempts) values (1, ${waiting.id}, 5)`;
  const worker = await desk.worker({ clamavRequired: true });
  assert.equal((await desk.read(waiting.id)).problem, "scanner_down");
  await worker.close();
});

Deno.test("worker - told to stop, it hands back what it reads, and another one reads it at its first attempt", async () => {
  const waiting = await desk.add(await blank());
  const slow = await desk.worker({}, { readerEntry: entry("hangs") });
  await until("it reads", () => slow.counts().busy === 1);
  await desk.read(waiting.id, ({ status }) => status === "processing");
  await slow.close();
  const [kept] = await desk.hotels
    .superuser`select attempts from document_attempts where document_id = ${waiting.id}`;
  assert.equal(kept?.attempts, 0);
  const worker = await desk.worker();
  assert.equal((await desk.read(waiting.id)).status, "done");
  await worker.close();
});

Deno.test("worker - the many documents of one organisation do not keep another one waiting", async () => {
  // A picture is no table: that is soon found out.
  const document = { bytes: await plainPng(), documentType: "csv", mediaType: "image/png" } as const;
  const many: number[] = [];
  for (let n = 0; n < 8; n++) many.push((await desk.add(document)).id);
  const one = await desk.add({ ...document, orgId: 2 });
  const worker = await desk.worker({ concurrency: 1 });
  const all = await Promise.all(many.map((id) => desk.read(id)));
  const { status, updatedAt } = await desk.record(one.id, 2);
  assert.equal(status, "failed");
  assert.equal(all.filter((record) => record.updatedAt < updatedAt).length, 1);
  await worker.close();
  assert.equal(await desk.jobs(), 0);
});

Deno.test("worker - NATS killed and started again in between, it goes on", async () => {
  const worker = await desk.worker();
  await desk.nats.kill();
  await desk.nats.restart();
  await until("the test is connected again", () => desk.connection.flush().then(() => true, () => false));
  const waiting = await desk.add(await blank());
  assert.equal((await desk.read(waiting.id)).status, "done");
  await worker.close();
});

Deno.test("worker - a page that says it is as large as a country is rendered no larger than others", async () => {
  const { bytes, mediaType } = (await hostileFiles()).find(({ name }) => name === "PDF with a huge page")!;
  const opened = await open(bytes, mediaType, [""]);
  assert.ok(opened.kind === "pages");
  const { width, height } = await sharp(await opened.pages[0]!.picture()).metadata();
  assert.ok(width * height <= 7_100_000 && Math.max(width, height) <= 3_000, `${width} by ${height}`);
});

Deno.test("worker - every hostile file gets its problem, and the worker lives", async () => {
  // What opens is read, which takes seconds; that is for the tests of the readers, with one page here.
  const opens = /JavaScript|program|pages|page$|deep|^(PNG|GIF|JPEG) and|EICAR/;
  const files = (await hostileFiles()).filter(({ name }) => !opens.test(name));
  const worker = await desk.worker();
  const waiting = await Promise.all(files.map(async ({ bytes, mediaType }) => {
    const documentType = mediaType === "text/csv" ? "csv" : /excel|sheet/.test(mediaType) ? "excel" : "image";
    // Nothing is no upload.
    return bytes.length === 0 ? undefined : await desk.add({ bytes, documentType, mediaType });
  }));
  for (const [index, { name, stop, problems }] of files.entries()) {
    const id = waiting[index]?.id;
    if (id === undefined) continue;
    const { problem } = await desk.read(id);
    if (stop === "harmless") {
      assert.ok(problem === null || problem === "nothing_found", `${name}: ${problem}`);
    } else assert.ok(problem === null || problems.includes(problem as never), `${name}: ${problem}`);
  }
  assert.equal(worker.counts().busy, 0);
  assert.ok(!desk.logged.some((line) => line.includes("rejection")));
  await worker.close();
});
