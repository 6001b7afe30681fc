// Whatever the server answers is what the contracts say, member by member: every operation is asked once, at least.
import assert from "node:assert/strict";
import { CHANNELS } from "@/lib/contracts/channels.ts";
import type { Role } from "@/lib/auth/principal.ts";
import { SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import { pathOf, RESOURCES } from "@/lib/resources/catalog.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { OPERATIONS } from "@/services/contracts/operations.ts";
import { connectPool } from "@/services/postgres/pool.ts";
import { ContractRecorder } from "../harness/contract_recorder.ts";
import { publish, until } from "../harness/live.ts";
import { startServer, type TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";
import { testFile, TestUpload } from "../harness/upload.ts";
import { addOrganisations, CHANGES, SAMPLES } from "./resources_fixture.ts";

const ROOM = "/v2/collaboration/rooms/property-1";
/** What only a worker brings about; tests/reading sees to that. */
const OF_THE_WORKER = ["documentPreview 200", "unlockDocument 202"];
/** Sockets are not asked here, but spoken to. */
const SOCKETS = ["openStream 101", "openUpload 101", "openChat 101"];
/** The parts are all there: tests/integration/health_ready_test.ts takes one away. */
const UNWELL = ["ready 503"];
/** Where it takes longer than the first request waits. */
const SLOW = ["eraseGuest 202"];

let server: TestServer;
let recorder: ContractRecorder;
const tokens = {} as Record<Role, string>;
Deno.test.beforeAll(async () => {
  server = await startServer();
  await addOrganisations(server.database.ownerUrl);
  recorder = new ContractRecorder(server.url);
  for (const role of ["admin", "manager", "staff", "service"] as const) {
    tokens[role] = await server.token({ sub: role, role, properties: "*" });
  }
});
Deno.test.afterAll(() => server?.stop());

/** Creates a record of a resource, with those that it refers to. */
async function make(key: string): Promise<{ id: number; version: number }> {
  const resource = RESOURCES.find((one) => one.key === key)!;
  const body = await SAMPLES[key]!(async (other) => (await make(other)).id);
  const { status, json } = await recorder.ask("POST", pathOf(resource), {
    token: tokens[resource.roles.create[0]!],
    json: body,
    headers: { "idempotency-key": crypto.randomUUID() },
  });
  assert.equal(status, 201, JSON.stringify(json));
  return json;
}

async function assertVerbs(resource: Resource): Promise<void> {
  const path = pathOf(resource);
  const { roles, key } = resource;
  const record = await make(key);
  const one = `${path}/${record.id}`;
  const token = tokens[roles.update[0]!];
  const change = { token, json: CHANGES[key] };
  assert.equal((await recorder.ask("GET", one, { token })).status, 200);
  assert.equal((await recorder.ask("PATCH", one, change)).json.code, "precondition_required");
  assert.equal((await recorder.ask("PATCH", one, { ...change, headers: { "if-match": '"9"' } })).status, 409);
  const changed = await recorder.ask("PATCH", one, { ...change, headers: { "if-match": '"1"' } });
  assert.equal(changed.status, 200, JSON.stringify(changed.json));
  const put = await recorder.ask("PUT", one, { token, json: { ...CHANGES[key], version: 2 } });
  assert.equal(put.status, 200, JSON.stringify(put.json));
  assert.equal((await recorder.ask("POST", path, { token, json: { odd: 1 } })).status, 422);
  const list = await recorder.ask("GET", `${path}?limit=1&order=asc`, { token });
  assert.equal(list.json.items.length, 1);
  assert.equal((await recorder.ask("GET", `${path}?odd=1`, { token })).status, 422);
  assert.equal((await recorder.ask("DELETE", one, { token: tokens[roles.remove[0]!] })).status, 204);
  assert.equal((await recorder.ask("GET", one, { token })).status, 404);
}

Deno.test("contracts - the six operations of every entity answer as they say", async () => {
  for (const resource of RESOURCES) await assertVerbs(resource);
});

Deno.test("contracts - stream, access, flags and health answer as they say", async () => {
  const token = tokens.manager;
  for (
    const path of [
      "/v2/realtime/recent?limit=5",
      "/v2/realtime/metrics",
      "/v2/realtime/metrics?scope=cluster",
      "/feature-flags",
      "/health/live",
      "/health/ready",
      "/docs/openapi.json",
      "/docs/asyncapi.json",
      "/docs/problems",
      ...SERVICE_NAMES.map((name) => `/${SERVICES[name].base}/realtime/subscribe?wait=0&lastSeq=1`),
    ]
  ) {
    const { status, json } = await recorder.ask("GET", path, { token });
    assert.equal(status, 200, `${path} ${JSON.stringify(json)}`);
  }
  const poll = await recorder.ask("GET", "/tasks/realtime/subscribe?wait=0&lastSeq=1", { token });
  assert.ok(poll.json.events.length > 0, "there are events to look at");
  assert.equal((await recorder.ask("GET", "/v2/realtime/recent?limit=0", { token })).status, 400);
  assert.equal((await recorder.ask("GET", "/v2/realtime/recent", { token: "" })).status, 401);
  assert.equal((await recorder.ask("GET", "/v2/realtime/stream", { token })).status, 426);
  assert.equal((await recorder.ask("POST", "/auth/ticket", { token })).status, 201);
  const operator = { token: tokens.admin };
  const flags = { FINANCE_REALTIME_V1: false };
  assert.equal((await recorder.ask("POST", "/feature-flags", { ...operator, json: flags })).status, 200);
  assert.equal((await recorder.ask("POST", "/feature-flags", { token, json: flags })).status, 403);
  await until("the change is listed", async () => {
    return (await recorder.ask("GET", "/feature-flags/changes", operator)).json.items.length > 0;
  });
  assert.equal((await recorder.ask("GET", "/feature-flags/counts", operator)).status, 200);
  await server.services.audit.write();
  assert.ok((await recorder.ask("GET", "/audit?limit=5", operator)).json.items.length > 0);
  assert.equal((await recorder.ask("GET", "/audit?kind=none", operator)).status, 422);
  const left = await server.token({ sub: "left", jti: "left" });
  assert.equal((await recorder.ask("POST", "/auth/revoke", { token: left })).status, 204);
  assert.equal((await recorder.ask("GET", "/feature-flags", { token: left })).json.code, "token_revoked");
  assert.equal(
    (await recorder.ask("POST", "/auth/revoke", { token, json: { userId: "other" } })).status,
    403,
  );
  const sessionAt = Math.floor(Date.now() / 1000) - 60;
  const headers = { cookie: `token=${await server.token({ sessionAt })}`, origin: server.url };
  assert.equal((await recorder.ask("POST", "/session/refresh", { token: "", headers })).status, 200);
});

Deno.test("contracts - chat answers as it says", async () => {
  const token = tokens.manager;
  const ask = async (method: string, path: string, json?: unknown, headers = {}) => {
    const told = await recorder.ask(method, path, { token, headers, ...(json !== undefined && { json }) });
    assert.ok(told.status < 300, `${method} ${path} ${JSON.stringify(told.json)}`);
    return told.json;
  };
  const said = await ask("POST", `${ROOM}/messages`, { text: "Hello there", clientMsgId: "c1" });
  await ask("POST", `${ROOM}/messages`, { text: "Hello there", clientMsgId: "c1" });
  const guest = await make("guest.guest");
  await ask("POST", `${ROOM}/messages`, {
    text: "As I said",
    replyTo: said.id,
    link: { entity: "guest", id: guest.id },
  });
  for (
    const path of [
      "/v2/collaboration/rooms",
      ROOM,
      `${ROOM}/messages`,
      `${ROOM}/messages/${said.id}/readers`,
      `${ROOM}/people`,
      `${ROOM}/online`,
      `${ROOM}/search?q=hello`,
      `${ROOM}/stats`,
    ]
  ) {
    await ask("GET", path);
  }
  const user = (await recorder.ask("POST", "/users/user", {
    token: tokens.admin,
    json: { login: "kavya", name: "Kavya", role: "staff", properties: [1] },
  })).json;
  const topic = await ask("POST", "/v2/collaboration/rooms", { name: "Wedding" });
  const path = `/v2/collaboration/rooms/${topic.roomId}`;
  await ask("PUT", `${path}/members/${user.login}`, { role: "member" });
  await ask("GET", `${path}/stats`);
  const { version } = await ask("GET", path);
  await ask("PATCH", path, { name: "The wedding" }, { "if-match": `"${version}"` });
  await ask("DELETE", `${path}/members/${user.login}`);
  await ask("DELETE", path);
  assert.equal((await recorder.ask("GET", path, { token })).status, 404);
  const admin = { token: tokens.admin };
  assert.equal(
    (await recorder.ask("PUT", "/v2/collaboration/retention", { ...admin, json: { days: 30 } })).status,
    200,
  );
  assert.equal((await recorder.ask("GET", "/v2/collaboration/retention", admin)).status, 200);
  assert.equal((await recorder.ask("GET", "/v2/collaboration/retention", { token })).status, 403);
});

const READING = {
  value: "ASHA RAO",
  source: "print",
  checks: [{ name: "format", ok: true }],
  confidence: 0.9,
  repaired: false,
  needsReview: false,
};

/** A document that a program has put in and read. */
async function readDocument(rest: Record<string, unknown> = {}): Promise<{ id: number; version: number }> {
  const body = { ...await SAMPLES["guest.document"]!(() => Promise.resolve(0)), ...rest };
  const made = await recorder.ask("POST", "/guest-checkin/document", { token: tokens.service, json: body });
  assert.equal(made.status, 201, JSON.stringify(made.json));
  return made.json;
}

Deno.test("contracts - documents and reports answer as they say", async () => {
  const token = tokens.manager;
  const file = new File(["Name,Arrives\nAsha Rao,2026-12-01\n"], "guests.csv", { type: "text/csv" });
  const form = new FormData();
  form.set("filesize", String(file.size));
  form.set("documentType", "csv");
  form.set("propertyId", "1");
  form.set("file", file);
  const uploaded = await recorder.ask("POST", "/v2/documents/upload", { token, form });
  assert.equal(uploaded.status, 201, JSON.stringify(uploaded.json));
  const path = `/v2/documents/${uploaded.json.id}`;
  assert.equal((await recorder.ask("GET", path, { token })).status, 200);
  assert.equal((await recorder.ask("GET", `${path}/content`, { token })).status, 200);
  assert.equal((await recorder.ask("GET", `${path}/previews/1`, { token })).status, 404);
  assert.equal(
    (await recorder.ask("POST", `${path}/password`, { token, json: { password: "x" } })).status,
    409,
  );
  const failed = { status: "failed", version: uploaded.json.version };
  await recorder.ask("PATCH", `/guest-checkin/document/${uploaded.json.id}`, {
    token: tokens.service,
    json: failed,
  });
  assert.equal((await recorder.ask("POST", `${path}/read`, { token })).status, 202);
  assert.equal((await recorder.ask("DELETE", path, { token })).status, 204);

  const guest = await make("guest.guest");
  const document = await readDocument({ status: "done", guestId: guest.id, fields: { name: READING } });
  const one = `/v2/documents/${document.id}`;
  const corrected = await recorder.ask("PATCH", one, {
    token,
    json: { version: 1, fields: { name: "Asha Rao" } },
  });
  assert.equal(corrected.status, 200, JSON.stringify(corrected.json));
  assert.equal((await recorder.ask("GET", one, { token })).json.corrections.length, 1);
  const apply = { version: 2, guestVersion: 1, fields: ["name"] };
  assert.equal((await recorder.ask("POST", `${one}/apply`, { token, json: apply })).status, 200);

  const table = await readDocument({ documentType: "csv", status: "needs_review" });
  const superuser = connectPool(server.database.superuserUrl, { max: 1, applicationName: "test-table" });
  const body = {
    columns: [{ heading: "Name", field: "name" }],
    rows: [["Asha Rao"]],
    rowsTotal: 1,
    problems: [],
  };
  await superuser`insert into document_tables (org_id, document_id, body) values (1, ${table.id}, ${
    superuser.json(body)
  })`;
  await superuser.end();
  assert.equal((await recorder.ask("GET", `/v2/documents/${table.id}`, { token })).json.table.rowsTotal, 1);
  const rows = { version: 1, rows: [0] };
  assert.equal(
    (await recorder.ask("POST", `/v2/documents/${table.id}/import`, { token, json: rows })).status,
    200,
  );

  const erased = `/guest-checkin/guest/${guest.id}/erase`;
  await until("it is erased", async () => (await recorder.ask("POST", erased, { token })).status === 200);

  const report = await make("reports.report");
  assert.equal((await recorder.ask("GET", `/reports/report/${report.id}/csv`, { token })).status, 409);
  const ready = { version: 1, status: "ready", figures: {} };
  await recorder.ask("PATCH", `/reports/report/${report.id}`, { token: tokens.service, json: ready });
  assert.equal((await recorder.ask("GET", `/reports/report/${report.id}/csv`, { token })).status, 200);
});

Deno.test("contracts - StreamOut sends the frames that it says", async () => {
  const token = await server.token({ sub: "expiring" }, 62);
  const socket = await TestSocket.stream(server.wsUrl, token, { services: [...SERVICE_NAMES] });
  await publish(server, "evt.1.1.tasks.task.updated", { data: { id: 1 } });
  await socket.until(() => socket.events.length > 0);
  socket.send({ type: "auth", token: "odd" });
  await socket.next((frame) => frame.type === "error");
  socket.send({ type: "subscribe", services: ["tasks"] });
  await socket.until(() => socket.frames.filter(({ type }) => type === "ack").length > 1);
  recorder.told("stream", socket.frames);
  await socket.close();
  const lost = await TestSocket.stream(server.wsUrl, tokens.manager, { lastSeq: 1, epoch: "another" });
  await lost.next((frame) => frame.type === "reset");
  recorder.told("stream", lost.frames);
  await lost.close();
});

Deno.test("contracts - StreamIn sends the frames that it says", async () => {
  const upload = await TestUpload.open(testFile(70_000), { wsUrl: server.wsUrl, token: tokens.manager });
  upload.socket.send({ type: "auth", token: tokens.manager });
  upload.socket.send({ type: "auth", token: "odd" });
  await upload.socket.next((frame) => frame.type === "error");
  upload.socket.send({ type: "pause" });
  await upload.socket.next((frame) => frame.type === "paused");
  upload.socket.send({ type: "resume" });
  const { uploadId } = upload.socket.frames.find(({ type }) => type === "ready")!;
  const token = tokens.manager;
  assert.equal((await recorder.ask("GET", `/v2/documents/uploads/${uploadId}`, { token })).status, 200);
  await upload.finish();
  recorder.told("upload", upload.socket.frames);
  const complete = await recorder.ask("DELETE", `/v2/documents/uploads/${uploadId}`, { token });
  assert.equal(complete.json.code, "upload_complete");
  const second = await TestUpload.open(testFile(70_000, 2), { wsUrl: server.wsUrl, token });
  const ready = second.socket.frames.find(({ type }) => type === "ready")!;
  assert.equal(
    (await recorder.ask("DELETE", `/v2/documents/uploads/${ready.uploadId}`, { token })).status,
    204,
  );
  await second.socket.close();
  const third = await TestUpload.open(testFile(70_000, 3), { wsUrl: server.wsUrl, token });
  third.socket.send({ type: "cancel" });
  await third.socket.next((frame) => frame.type === "cancelled");
  recorder.told("upload", [...second.socket.frames, ...third.socket.frames]);
  await third.socket.close();
});

Deno.test("contracts - StreamInOut sends the frames that it says", async () => {
  const url = `${server.wsUrl}/v2/collaboration/chat/stream`;
  const one = await TestSocket.open(url, tokens.manager);
  const two = await TestSocket.open(url, tokens.staff);
  const watcher = await TestSocket.open(url, tokens.admin);
  watcher.send({ userId: "admin", watch: true });
  one.send({ roomId: "property-1", userId: "manager", watch: true });
  await one.next((frame) => frame.type === "joined");
  two.send({ roomId: "property-1", userId: "staff" });
  await two.next((frame) => frame.type === "joined");
  await one.next((frame) => frame.type === "presence");
  two.send({ type: "typing", typing: true });
  await one.next((frame) => frame.type === "typing");
  two.send({ type: "chat", text: "Good morning", clientMsgId: "m1" });
  const said = await one.next((frame) => frame.type === "chat");
  await two.next((frame) => frame.type === "ack");
  await watcher.next((frame) => frame.type === "activity");
  one.send({ type: "read", upTo: said.seq });
  await two.next((frame) => frame.type === "read");
  two.send({ type: "edit", id: said.id, text: "Good evening" });
  await one.next((frame) => frame.editedAt !== undefined);
  two.send({ type: "delete", id: said.id });
  await one.next((frame) => frame.deleted === true);
  one.send({ type: "join", roomId: "room-999999" });
  await one.next((frame) => frame.type === "error");
  one.send({ type: "auth", token: tokens.manager });
  await one.next((frame) => frame.type === "renewed");
  one.send({ type: "leave", roomId: "property-1" });
  await one.next((frame) => frame.type === "left");
  await recorder.ask("POST", "/v2/collaboration/rooms", { token: tokens.manager, json: { name: "New" } });
  await one.next((frame) => frame.type === "rooms");
  for (const socket of [one, two, watcher]) {
    recorder.told("chat", socket.frames);
    await socket.close();
  }
});

Deno.test("contracts - each operation has answered, and each frame has been seen", () => {
  const due = OPERATIONS.flatMap(({ id, replies }) =>
    Object.keys(replies).map((status) => `${id} ${status}`)
  );
  const unasked = due.filter((one) => !recorder.seen.has(one) && !SLOW.includes(one));
  assert.deepEqual(unasked.toSorted(), [...OF_THE_WORKER, ...SOCKETS, ...UNWELL].toSorted());
  const frames = CHANNELS.filter(({ by }) => by === "socket").flatMap(({ id, messages }) =>
    messages.filter(({ from }) => from === "server").map(({ name }) => `${id} ${name}`)
  );
  // Told after a time, at the end, or to another device; each has its tests where it belongs.
  const late = ["stream ping", "stream downgrade", "chat position", "chat ping"];
  assert.deepEqual(frames.filter((one) => !recorder.frames.has(one)), late);
});
