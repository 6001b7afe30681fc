// Aadhaar numbers and passwords: what is left of them once a document is read.
import assert from "node:assert/strict";
import { Objm } from "@nats-io/obj";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { PREVIEWS_BUCKET } from "@/services/documents/buckets.ts";
import { unlockDocument } from "@/services/documents/unlock.ts";
import { until } from "../harness/live.ts";
import { letterPdf, pictureOf } from "../specimens/catalogue.ts";
import { codeOf, good, person } from "../integration/resources_fixture.ts";
import { type Desk, openDesk } from "./worker_kit.ts";

let desk: Desk;
Deno.test.beforeAll(async () => {
  desk = await openDesk();
});
Deno.test.afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

/** The ways in which a number may be written; a hash of it is none. */
function forms(number: string): string[] {
  const groups = number.match(/.{4}/g)!;
  return [number, groups.join(" "), groups.join("-")];
}

/** Tables and columns of all that PostgreSQL keeps in which the text stands. */
async function placesInDatabase(texts: readonly string[]): Promise<string[]> {
  const sql = desk.hotels.superuser;
  const tables = await sql<{ name: string }[]>`
    select quote_ident(table_name) as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`;
  const places: string[] = [];
  for (const { name } of tables) {
    const rows = await sql.unsafe<{ row: string }[]>(`select t::text as row from ${name} t`);
    if (rows.some(({ row }) => texts.some((text) => row.includes(text)))) places.push(name);
  }
  return places;
}

/** Files of the NATS store that hold the text, or these bytes. */
function placesInStore(texts: readonly (string | Uint8Array)[], dir = desk.nats.storeDir): string[] {
  const wanted = texts.map((text) => latin(typeof text === "string" ? new TextEncoder().encode(text) : text));
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) => {
    const path = `${dir}/${name}`;
    if (isDirectory) return placesInStore(texts, path);
    const content = latin(Deno.readFileSync(path));
    return wanted.some((text) => content.includes(text)) ? [path] : [];
  });
}

function latin(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

async function nowhere(number: string, original: Uint8Array): Promise<void> {
  const texts = forms(number);
  assert.deepEqual(await placesInDatabase(texts), []);
  assert.ok(!desk.logged.some((line) => texts.some((text) => line.includes(text))), "it is in the log");
  // A piece from the middle of the file: it is found as long as the file is there.
  const middle = original.slice(original.length >> 1, (original.length >> 1) + 64);
  await until("the file is overwritten", () => placesInStore([...texts, middle]).length === 0);
}

Deno.test("privacy - of an Aadhaar card nothing is left but a picture with its number covered, and four digits", async () => {
  const { bytes, mediaType, secret, truth } = await pictureOf("aadhaar", "clean", 7);
  const { id } = await desk.add({ bytes, documentType: "aadhaar", mediaType });
  // The number is in no text of a picture's file, so the file itself must be found while it is there.
  const middle = bytes.slice(bytes.length >> 1, (bytes.length >> 1) + 64);
  assert.ok(placesInStore([middle]).length > 0);
  const worker = await desk.worker();
  const record = await desk.read(id);
  assert.equal(record.kept, "masked");
  assert.equal(
    (record.fields as Record<string, { value: string }>).documentNumber?.value,
    truth.documentNumber,
  );
  await nowhere(secret!, bytes);
  await worker.close();
  const store = await new Objm(desk.connection).open(PREVIEWS_BUCKET);
  const preview = await store.getBlob(`1/${id}/1`);
  const { data, info } = await sharp(preview!).greyscale().raw().toBuffer({ resolveWithObject: true });
  const black = data.reduce((count, value) => count + Number(value < 8), 0);
  assert.ok(black > info.width * info.height * 0.005, `${black} pixels are black`);
});

Deno.test("privacy - an Aadhaar card whose number cannot be found leaves no picture at all", async () => {
  const bytes = new Uint8Array(
    await sharp({ create: { width: 600, height: 400, channels: 3, background: "#dde" } }).png().toBuffer(),
  );
  const { id } = await desk.add({ bytes, documentType: "aadhaar", mediaType: "image/png" });
  const worker = await desk.worker();
  const { kept, problem, previews, status } = await desk.read(id);
  assert.deepEqual([kept, problem, previews, status], ["nothing", "number_not_found", 0, "needs_review"]);
  await worker.close();
});

Deno.test("privacy - an Aadhaar card that was said to be something else is masked all the same", async () => {
  const { bytes, mediaType, secret } = await pictureOf("aadhaar", "clean", 8);
  const worker = await desk.worker();
  for (const documentType of ["passport", "pan"] as const) {
    const { id } = await desk.add({ bytes, documentType, mediaType });
    const record = await desk.read(id);
    assert.equal(record.kept, "masked", documentType);
  }
  await nowhere(secret!, bytes);
  await worker.close();
});

Deno.test("privacy - of a guest list with Aadhaar numbers its masked rows are kept, and no file", async () => {
  const number = "4827 1065 3908";
  const bytes = new TextEncoder().encode(`Name,Phone,ID\nRavi Testwala,+91 98765 43210,${number}\n`);
  const worker = await desk.worker();
  const { id } = await desk.add({ bytes, documentType: "csv", mediaType: "text/csv" });
  const { status, kept } = await desk.read(id);
  assert.deepEqual([status, kept], ["needs_review", "nothing"]);
  await nowhere(number.replaceAll(" ", ""), bytes);
  const plain = new TextEncoder().encode("Name,Phone\nRavi Testwala,+91 98765 43210\n");
  const other = await desk.add({ bytes: plain, documentType: "csv", mediaType: "text/csv" });
  assert.equal((await desk.read(other.id)).kept, "original");
  await worker.close();
});

Deno.test("privacy - a locked letter waits for its password, which is kept nowhere, and then leaves no number", async () => {
  const { bytes, mediaType, secret, password } = letterPdf(5, { locked: true });
  const { id } = await desk.add({ bytes, documentType: "aadhaar", mediaType });
  const worker = await desk.worker();
  const locked = await desk.read(id);
  assert.deepEqual([locked.status, locked.problem, locked.kept], ["failed", "password_required", "original"]);
  const parts = { sql: desk.hotels.sql, nats: desk.connection, resources: desk.hotels.store };
  const wrong = await unlockDocument(parts, person(), id, { password: "WRONG1900" });
  assert.ok(!wrong.ok);
  assert.deepEqual(wrong.problem.errors, [{ path: "password", message: "does not open this document" }]);
  assert.equal(codeOf(await unlockDocument(parts, person({ orgId: 2 }), id, { password })), "not_found");
  good(await unlockDocument(parts, person(), id, { password }));
  const record = await desk.read(
    id,
    ({ problem, status }) => problem !== "password_required" && status !== "processing",
  );
  assert.equal(record.kept, "masked");
  // A worker that is killed before it erases leaves a job that has it erased.
  const [told] = await desk.hotels.superuser<{ jobs: number }[]>`
    select count(*)::int as jobs from outbox
    where subject = 'docs.uploaded.1.1' and payload::jsonb ->> 'documentId' = ${String(id)}`;
  assert.equal(told?.jobs, 1);
  assert.equal((record.fields as Record<string, { source: string }>).documentNumber?.source, "pdf_text");
  await nowhere(secret!, bytes);
  assert.deepEqual(await placesInDatabase([password]), []);
  assert.ok(!desk.logged.some((line) => line.includes(password)));
  assert.deepEqual(placesInStore([password]), []);
  await worker.close();
});

Deno.test("privacy - a worker told to stop while it reads an opened letter leaves it waiting for its password", async () => {
  const { bytes, mediaType, password } = letterPdf(8, { locked: true });
  const { id } = await desk.add({ bytes, documentType: "aadhaar", mediaType });
  const first = await desk.worker();
  assert.equal((await desk.read(id)).problem, "password_required");
  await first.close();
  const slow = await desk.worker({}, {
    readerEntry: fileURLToPath(new URL("readers/hangs.ts", import.meta.url)),
  });
  const parts = { sql: desk.hotels.sql, nats: desk.connection, resources: desk.hotels.store };
  good(await unlockDocument(parts, person(), id, { password }));
  await desk.read(id, ({ status }) => status === "processing");
  await slow.close();
  const { status, problem, kept } = await desk.record(id);
  assert.deepEqual([status, problem, kept], ["failed", "password_required", "original"]);
});

Deno.test("privacy - the letter of a guest whose name and birthday are known opens by itself", async () => {
  const { bytes, mediaType, truth } = letterPdf(6, { locked: true });
  const [guest] = await desk.hotels.superuser<{ id: number }[]>`
    insert into guests (org_id, property_id, created_by, name, status, notes, date_of_birth)
    values (1, 1, 'meera', ${truth.name!}, 'expected', '', ${truth.dateOfBirth!}) returning id`;
  const { id } = await desk.add({ bytes, documentType: "aadhaar", mediaType, guestId: guest!.id });
  const worker = await desk.worker();
  const record = await desk.read(id);
  assert.deepEqual([record.problem, record.kept], [null, "masked"]);
  await worker.close();
});

Deno.test("privacy - more passwords than a person needs have to wait", async () => {
  const { bytes, mediaType } = letterPdf(7, { locked: true });
  const { id } = await desk.add({ bytes, documentType: "aadhaar", mediaType });
  const worker = await desk.worker();
  await desk.read(id);
  await worker.close();
  const parts = { sql: desk.hotels.sql, nats: desk.connection, resources: desk.hotels.store };
  for (let n = 0; n < 5; n++) {
    // Without a worker nobody opens it; it was tried all the same.
    const answer = await unlockDocument(parts, person(), id, { password: `guess ${n}` });
    assert.equal(codeOf(answer), "unavailable");
  }
  const answer = await unlockDocument(parts, person(), id, { password: "one more" });
  assert.ok(!answer.ok);
  assert.equal(answer.problem.code, "too_many_requests");
  assert.ok(answer.problem.retryAfter! > 0);
});
