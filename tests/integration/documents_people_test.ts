// What people do with a document that was read: put it right, apply it to the guest, make guests of a list.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { DOCS } from "@/services/documents/buckets.ts";
import { call, startDemo } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";

let server: TestServer;
let sql: Sql;
let manager: string;
let staff: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  sql = connectPool(server.database.superuserUrl, { max: 2, applicationName: "test-people" });
  manager = await server.token();
  staff = await server.token({ sub: "kavya", role: "staff", properties: [1] });
});
Deno.test.afterAll(async () => {
  await sql?.end({ timeout: 5 });
  await server?.stop();
});

function field(value: string, needsReview = false) {
  return {
    value,
    source: "mrz",
    checks: [],
    confidence: needsReview ? 0.4 : 0.99,
    repaired: false,
    needsReview,
  };
}

const FIELDS = {
  surname: field("ERIKSSON"),
  givenNames: field("ANNA MARIA"),
  documentNumber: field("L898902C3", true),
  nationality: field("UTO"),
  dateOfBirth: field("1974-08-12"),
  sex: field("F"),
  expiresOn: field("2031-04-15"),
};

interface Made {
  documentType?: string;
  status?: string;
  problem?: string | null;
  fields?: object;
  guestId?: number | null;
  property?: number;
  withUpload?: boolean;
}

async function document(made: Made = {}): Promise<{ id: number; path: string }> {
  const {
    documentType = "passport",
    status = "needs_review",
    problem = null,
    fields = FIELDS,
    guestId = null,
  } = made;
  const [row] = await sql<{ id: number }[]>`
    insert into documents (org_id, property_id, created_by, guest_id, document_type, filename, mimetype, filesize, status,
      problem, fields)
    values (1, ${
    made.property ?? 1
  }, 'meera', ${guestId}, ${documentType}, 'p.png', 'image/png', 10, ${status},
      ${problem}, ${sql.json(fields as never)})
    returning id`;
  const { id } = row!;
  if (made.withUpload) {
    await sql`
      insert into uploads (id, org_id, property_id, document_type, filename, mimetype, filesize, state, document_id,
        live_document_id, created_by, expires_at)
      values (${crypto.randomUUID()}, 1, 1, ${documentType}, 'p.png', 'image/png', 10, 'complete', ${id}, ${id}, 'meera',
        now())`;
  }
  return { id, path: `${server.url}/v2/documents/${id}` };
}

async function guest(property = 1): Promise<{ id: number; version: number }> {
  const [row] = await sql<{ id: number; version: number }[]>`
    insert into guests (org_id, property_id, created_by, name, status, notes)
    values (1, ${property}, 'meera', 'A. Eriksson', 'expected', '') returning id, version`;
  return row!;
}

async function told(id: number): Promise<string[]> {
  const rows = await sql<{ subject: string; payload: string }[]>`
    select subject, payload from outbox where subject like 'evt.%' order by created_at, (payload::jsonb->>'version')::int`;
  return rows.filter(({ payload, subject }) =>
    subject.includes(".document.") && JSON.parse(payload).data.id === id
  )
    .map(({ subject }) => subject.split(".").at(-1)!);
}

Deno.test("documents - a person puts a value right: it is sure, and who changed it is kept", async () => {
  const { id, path } = await document();
  const body = { version: 1, fields: { documentNumber: "L898902C4", sex: "F" } };
  const { status, json } = await call(path, { method: "PATCH", token: staff, json: body });
  assert.equal(status, 200);
  assert.deepEqual([json.version, json.status, json.problem], [2, "done", null]);
  const corrected = { value: "L898902C4", source: "person", checks: [], confidence: 1, repaired: false };
  assert.deepEqual(json.fields.documentNumber, { ...corrected, needsReview: false });
  assert.equal(json.fields.surname.source, "mrz");
  const read = await call(path, { token: manager });
  // A value sent as it stood is confirmed, not changed.
  const [correction, ...others] = read.json.corrections;
  assert.deepEqual(others, []);
  const { field: name, before, after, correctedBy } = correction;
  assert.deepEqual([name, before, after, correctedBy], ["documentNumber", "L898902C3", "L898902C4", "kavya"]);
  assert.deepEqual(await told(id), ["corrected"]);
});

Deno.test("documents - a correction that is wrong, stale, too early or somebody else's is refused", async () => {
  const { path } = await document();
  const patch = (json: unknown, token = staff) => call(path, { method: "PATCH", token, json });
  const fields = (fields: object) => ({ version: 1, fields });
  for (
    const [body, where] of [
      [fields({ dateOfBirth: "12/08/1974" }), "fields.dateOfBirth"],
      [fields({ sex: "female" }), "fields.sex"],
      [fields({ role: "admin" }), "fields.role"],
      [fields({}), "fields"],
      [fields({ name: "x".repeat(501) }), "fields.name"],
      [{ fields: { sex: "F" } }, ""],
    ] as const
  ) {
    const { status, json } = await patch(body);
    assert.equal(status, 422);
    assert.equal(json.errors[0].path, where);
  }
  assert.equal((await patch({ ...fields({ sex: "F" }), version: 7 })).json.code, "version_conflict");
  const stranger = await server.token({ orgId: 2 });
  assert.equal((await patch(fields({ sex: "F" }), stranger)).status, 404);
  const elsewhere = await server.token({ role: "staff", properties: [2] });
  assert.equal((await patch(fields({ sex: "F" }), elsewhere)).status, 404);
  const blind = await server.token({ services: ["tasks"] });
  assert.equal((await patch(fields({ sex: "F" }), blind)).status, 403);
  const early = await document({ status: "processing" });
  const { json } = await call(early.path, { method: "PATCH", token: staff, json: fields({ sex: "F" }) });
  assert.equal(json.code, "not_ready");
});

Deno.test("documents - an Aadhaar number that a person types is masked before it is kept", async () => {
  const { path } = await document({ documentType: "aadhaar", fields: {} });
  // 2341 2341 2346 has a right check digit and is nobody's.
  const body = { version: 1, fields: { documentNumber: "2341 2341 2346" } };
  const { json } = await call(path, { method: "PATCH", token: staff, json: body });
  assert.equal(json.fields.documentNumber.value, "XXXX XXXX 2346");
  const [kept] = await sql`
    select count(*)::int as count from document_corrections where after like '%2341%' or before like '%2341%'`;
  assert.equal(kept?.count, 0);
});

Deno.test("documents - an Aadhaar number that a person or a program writes to a guest is masked", async () => {
  const body = { propertyId: 1, name: "Ravi Testwala", idType: "aadhaar", idNumber: "2341-2341-2346" };
  const { json } = await call(`${server.url}/guest-checkin/guest`, { token: staff, json: body });
  assert.equal(json.idNumber, "XXXX XXXX 2346");
  const path = `${server.url}/guest-checkin/guest/${json.id}`;
  const change = { version: json.version, idNumber: "234123412346" };
  const changed = await call(path, { method: "PATCH", token: staff, json: change });
  assert.equal(changed.json.idNumber, "XXXX XXXX 2346");
  const passport = { version: changed.json.version, idNumber: "L898902C3" };
  assert.equal(
    (await call(path, { method: "PATCH", token: staff, json: passport })).json.idNumber,
    "L898902C3",
  );
  const [kept] =
    await sql`select count(*)::int as count from outbox where payload ~ '2341[ -]?2341[ -]?2346'`;
  assert.equal(kept?.count, 0);
});

Deno.test("documents - what is typed beside a file that was not scanned, is locked or infected does not free it", async () => {
  for (const problem of ["scanner_down", "password_required", "infected"]) {
    const { path } = await document({ status: "failed", problem, fields: {} });
    const body = { version: 1, fields: { name: "Ravi Testwala" } };
    const { json } = await call(path, { method: "PATCH", token: staff, json: body });
    assert.deepEqual([json.status, json.problem, json.fields.name.source], ["failed", problem, "person"]);
  }
  const { path } = await document({ status: "failed", problem: "unreadable", fields: {} });
  const body = { version: 1, fields: { name: "Ravi Testwala" } };
  const { json } = await call(path, { method: "PATCH", token: staff, json: body });
  assert.deepEqual([json.status, json.problem], ["done", null]);
});

Deno.test("documents - applying writes the guest and the document together, and tells of both", async () => {
  const { id: guestId, version: guestVersion } = await guest();
  const { id, path } = await document({ guestId });
  const body = {
    version: 1,
    guestVersion,
    fields: ["name", "dateOfBirth", "documentNumber", "expiresOn", "sex"],
  };
  const { status, json } = await call(`${path}/apply`, { token: staff, json: body });
  assert.equal(status, 200);
  const { name, dateOfBirth, idNumber, idType, idExpiresOn, sex, nationality } = json.guest;
  assert.deepEqual([name, dateOfBirth, idNumber], ["ANNA MARIA ERIKSSON", "1974-08-12", "L898902C3"]);
  assert.deepEqual([idType, idExpiresOn, sex, nationality], ["passport", "2031-04-15", "F", null]);
  assert.deepEqual([json.document.appliedBy, json.document.version], ["kavya", 2]);
  assert.deepEqual(await told(id), ["applied"]);
  const [event] = await sql<{ subject: string }[]>`
    select subject from outbox where subject like 'evt.1.1.guest.guest.updated' and payload like ${`%"id":${guestId},%`}`;
  assert.ok(event !== undefined);
});

Deno.test("documents - applying is refused as a whole where one of the two has changed, or is of another house", async () => {
  const { id: guestId, version: guestVersion } = await guest();
  const { path } = await document();
  const apply = (json: object, token = manager) => call(`${path}/apply`, { token, json });
  const fields = ["name"];
  assert.equal((await apply({ version: 1, guestVersion, fields })).json.errors[0].path, "guestId");
  const stale = await apply({ version: 1, guestId, guestVersion: guestVersion + 1, fields });
  assert.equal(stale.json.code, "version_conflict");
  const old = await apply({ version: 2, guestId, guestVersion, fields });
  assert.equal(old.json.code, "version_conflict");
  assert.equal(
    (await apply({ version: 1, guestId, guestVersion, fields: ["notes"] })).json.errors[0].path,
    "fields.0",
  );
  assert.equal(
    (await apply({ version: 1, guestId, guestVersion, fields: ["address"] })).json.errors[0].path,
    "address",
  );
  const other = await guest(2);
  const far = await apply({ version: 1, guestId: other.id, guestVersion: other.version, fields });
  assert.equal(far.json.errors[0].path, "guestId");
  const stranger = await server.token({ orgId: 2 });
  assert.equal((await apply({ version: 1, guestId, guestVersion, fields }, stranger)).status, 404);
  const [row] = await sql`select name, version from guests where id = ${guestId}`;
  assert.deepEqual([row?.name, row?.version], ["A. Eriksson", guestVersion]);
});

Deno.test("documents - the confirmed rows of a list become guests, all of them and once", async () => {
  const { id, path } = await document({ documentType: "csv", fields: {} });
  const columns = [{ heading: "Name", field: "name" }, { heading: "Arrival", field: "arrivesOn" }];
  const rows = [["Asha Testwala", "2026-12-01"], ["Ivo Przyklad", null], [null, "2026-12-02"]];
  const table = { columns, rows, rowsTotal: 3, problems: [{ row: 2, column: 0, message: "is missing" }] };
  await sql`insert into document_tables (org_id, document_id, body) values (1, ${id}, ${sql.json(table)})`;
  const take = (rows: number[], token = staff) =>
    call(`${path}/import`, { token, json: { version: 1, rows } });
  assert.equal((await take([0, 2])).json.errors[0].path, "rows.2");
  assert.equal((await take([0], await server.token({ orgId: 2 }))).status, 404);
  const applied = await call(`${path}/apply`, {
    token: staff,
    json: { version: 1, guestVersion: 1, fields: ["idType"] },
  });
  assert.equal(applied.json.errors[0].path, "fields");
  const { status, json } = await take([0, 1]);
  assert.equal(status, 200);
  assert.deepEqual(
    json.created.map(({ name, arrivesOn, propertyId }: Record<string, unknown>) => {
      return [name, arrivesOn, propertyId];
    }),
    [["Asha Testwala", "2026-12-01", 1], ["Ivo Przyklad", null, 1]],
  );
  assert.equal(json.document.status, "done");
  assert.equal((await take([0, 1])).json.code, "already_exists");
  assert.deepEqual(await told(id), ["applied"]);
  const [made] =
    await sql`select count(*)::int as count from guests where name in ('Asha Testwala', 'Ivo Przyklad')`;
  assert.equal(made?.count, 2);
});

Deno.test("documents - managers have a failed document read again, nobody else and no other one", async () => {
  const { id, path } = await document({ status: "failed", problem: "crashed", fields: {}, withUpload: true });
  await sql`insert into document_attempts (org_id, document_id, attempts) values (1, ${id}, 6)`;
  assert.equal((await call(`${path}/read`, { token: staff, json: {} })).status, 403);
  const { status, json } = await call(`${path}/read`, { token: manager, json: {} });
  assert.equal(status, 202);
  assert.deepEqual([json.status, json.stage, json.problem], ["uploaded", "queued", null]);
  assert.equal((await call(`${path}/read`, { token: manager, json: {} })).json.code, "not_ready");
  const [kept] = await sql`select attempts from document_attempts where document_id = ${id}`;
  assert.equal(kept?.attempts, 0);
  const jsm = await jetstreamManager(server.services.nats);
  const job = await jsm.streams.getMessage(DOCS, { last_by_subj: "docs.uploaded.1.1" });
  assert.equal(job?.json<{ documentId: number }>().documentId, id);
});

Deno.test("documents - what is typed beside an Aadhaar card that could not be read leaves it to be read again", async () => {
  const made = {
    documentType: "aadhaar",
    status: "failed",
    problem: "crashed",
    fields: {},
    withUpload: true,
  };
  const { path } = await document(made);
  const typed = { version: 1, fields: { name: "ZOYA NAMOONA" } };
  const { json } = await call(path, { token: staff, method: "PATCH", json: typed });
  assert.deepEqual([json.status, json.fields.name.value], ["failed", "ZOYA NAMOONA"]);
  assert.equal((await call(`${path}/read`, { token: manager, json: {} })).status, 202);
});

Deno.test("documents - one that waits for more than a day is put into the queue again", async () => {
  const { id, path } = await document({ status: "uploaded", fields: {}, withUpload: true });
  const read = () => call(`${path}/read`, { token: manager, json: {} });
  assert.equal((await read()).json.code, "not_ready");
  await sql`update documents set updated_at = now() - interval '25 hours' where id = ${id}`;
  assert.equal((await read()).status, 202);
});

Deno.test("documents - a password is for a document that waits for one", async () => {
  const { path } = await document();
  const send = (json: object) => call(`${path}/password`, { token: staff, json });
  assert.equal((await send({ password: "ANNA1974" })).json.code, "not_ready");
  assert.equal((await send({ password: "" })).json.errors[0].path, "password");
});
