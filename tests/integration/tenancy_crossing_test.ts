// Two organisations and two properties with the same ids: nothing crosses, whichever way it is asked for.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { EVENTS } from "@/services/nats/streams.ts";
import {
  type Answer,
  call,
  type CallOptions,
  publish,
  startDemo,
  streamInfo,
  until,
} from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

let server: TestServer;
let first: string;
let second: string;
let staff: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  // The same person id, role and properties: only the organisation differs.
  first = await server.token({ orgId: 1, properties: [1, 2] });
  second = await server.token({ orgId: 2, properties: [1, 2] });
  staff = await server.token({ orgId: 1, role: "staff", properties: [1], services: ["finance", "tasks"] });
});
Deno.test.afterAll(() => server?.stop());

function ask(path: string, token: string, options: CallOptions = {}): Promise<Answer> {
  return call(`${server.url}${path}`, { token, ...options });
}

async function createRevenue(token: string, propertyId: number): Promise<number> {
  const { status, json } = await ask("/finance/revenue", token, { json: { amount: 7, propertyId } });
  assert.equal(status, 201);
  return json.id;
}

Deno.test("tenancy - a record of another organisation is not there: to read, list, change or delete", async () => {
  const id = await createRevenue(first, 1);
  const path = `/finance/revenue/${id}`;
  assert.equal((await ask(path, second)).status, 404);
  const change = { headers: { "if-match": '"1"', "content-type": "application/json" }, body: '{"amount":1}' };
  assert.equal((await ask(path, second, { method: "PATCH", ...change })).status, 404);
  assert.equal((await ask(path, second, { method: "DELETE" })).status, 404);
  const { json: theirs } = await ask("/finance/revenue?limit=200", second);
  assert.ok(theirs.items.length > 0 && theirs.items.every((item: { id: number }) => item.id !== id));
  assert.equal((await ask(path, first)).status, 200);
});

Deno.test("tenancy - a cursor, a filter and an Idempotency-Key of one organisation mean nothing in the other", async () => {
  for (let n = 0; n < 3; n++) await createRevenue(first, 1);
  const { json: page } = await ask("/finance/revenue?limit=1", first);
  const { json: theirs } = await ask(`/finance/revenue?limit=200&cursor=${page.next}`, second);
  const { json: mine } = await ask("/finance/revenue?limit=200", first);
  const ids = new Set(mine.items.map(({ id }: { id: number }) => id));
  assert.ok(theirs.items.every(({ id }: { id: number }) => !ids.has(id)));
  const headers = { "idempotency-key": "same-key" };
  const one = await ask("/finance/revenue", first, { headers, json: { amount: 1, propertyId: 1 } });
  const two = await ask("/finance/revenue", second, { headers, json: { amount: 2, propertyId: 1 } });
  assert.deepEqual([one.status, two.status, two.json.amount], [201, 201, 2]);
});

Deno.test("tenancy - a property that only the other organisation has cannot be written to", async () => {
  // The token names property 2, which organisation 2 does not have.
  const answer = await ask("/finance/revenue", second, { json: { amount: 1, propertyId: 2 } });
  assert.deepEqual([answer.status, answer.json.errors[0].path], [422, "propertyId"]);
});

Deno.test("tenancy - a property outside the token is hidden in REST, socket and poll", async () => {
  const id = await createRevenue(first, 2);
  assert.equal((await ask(`/finance/revenue/${id}`, staff)).status, 404);
  assert.equal((await ask("/finance/revenue?propertyId=2", staff)).status, 403);
  assert.equal((await ask("/finance/realtime/subscribe?propertyId=2", staff)).status, 403);
  const { json } = await ask("/finance/revenue?limit=200", staff);
  assert.ok(json.items.every(({ propertyId }: { propertyId: number }) => propertyId === 1));
  const { last, epoch } = await streamInfo(server);
  const socket = await TestSocket.stream(server.wsUrl, staff, { lastSeq: last, epoch });
  const polling = ask(`/finance/realtime/subscribe?lastSeq=${last}&epoch=${epoch}`, staff);
  await createRevenue(first, 2);
  const shown = await createRevenue(first, 1);
  await socket.until(() => socket.events.some(({ data }) => data.id === shown));
  assert.deepEqual(socket.events.map(({ data }) => data.id), [shown]);
  assert.deepEqual((await polling).json.events.map(({ data }: { data: { id: number } }) => data.id), [shown]);
  await socket.close();
});

Deno.test("tenancy - sockets and polls of two organisations see their own events alone, live and replayed", async () => {
  const { last, epoch } = await streamInfo(server);
  const from = { lastSeq: last, epoch };
  const live = [
    await TestSocket.stream(server.wsUrl, first, from),
    await TestSocket.stream(server.wsUrl, second, from),
  ];
  for (let n = 0; n < 20; n++) {
    for (const orgId of [1, 2]) {
      await publish(server, `evt.${orgId}.${n % 3 === 0 ? "_" : 1}.tasks.task.updated`, {
        data: { orgId, n },
      });
    }
  }
  const replayed = [
    await TestSocket.stream(server.wsUrl, first, from),
    await TestSocket.stream(server.wsUrl, second, from),
  ];
  for (const sockets of [live, replayed]) {
    for (const [index, socket] of sockets.entries()) {
      await socket.until(() => socket.events.length === 20);
      assert.ok(socket.events.every(({ data }) => data.orgId === index + 1));
    }
  }
  const query = `lastSeq=${last}&epoch=${epoch}`;
  for (const [index, token] of [first, second].entries()) {
    const { json } = await ask(`/tasks/realtime/subscribe?${query}`, token);
    assert.ok(json.events.length > 0);
    assert.ok(json.events.every(({ data }: { data: { orgId: number } }) => data.orgId === index + 1));
  }
  for (const socket of [...live, ...replayed]) await socket.close();
});

Deno.test("tenancy - the metrics of one organisation do not move with what happens in the other", async () => {
  const metrics = async (token: string) => (await ask("/v2/realtime/metrics", token)).json;
  const before = await metrics(second);
  const socket = await TestSocket.stream(server.wsUrl, first);
  socket.send("nonsense");
  await publish(server, "evt.1.1.tasks.task.updated", { data: {} });
  await socket.until(() => socket.events.length === 1);
  const { avgLatencyMs: _, ...after } = await metrics(second);
  const { avgLatencyMs: __, ...expected } = before;
  assert.deepEqual(after, expected);
  assert.equal((await metrics(first)).activeConnections, 1);
  await socket.close();
});

/** What would be something else as a subject, a pattern, a statement or a path. */
const HOSTILE = [
  "*",
  ">",
  "1.>",
  "1.2",
  "..",
  "01",
  "+1",
  "-1",
  "0",
  "1e3",
  " 1",
  "1;select",
  "9007199254740993",
  "%00",
  "🙂",
  "1'--",
  "__proto__",
];

Deno.test("tenancy - no id in a path or query is more than an id", async () => {
  await createRevenue(first, 1);
  for (const text of HOSTILE) {
    const id = encodeURIComponent(text);
    const one = await ask(`/finance/revenue/${id}`, second);
    // ".." is resolved by the client and asks for the list.
    if (text !== "..") assert.equal(one.status, 404, `${text}: ${one.text}`);
    for (
      const query of [`/finance/revenue?propertyId=${id}`, `/finance/realtime/subscribe?propertyId=${id}`]
    ) {
      const answer = await ask(query, second);
      assert.ok(answer.status === 400 || answer.status === 422, `${query}: ${answer.status} ${answer.text}`);
    }
    const lastSeq = await ask(`/finance/realtime/subscribe?lastSeq=${id}x`, second);
    assert.equal(lastSeq.status, 400, lastSeq.text);
    for (const path of [`/${id}x/revenue`, `/finance/${id}x`, `/${id}x/realtime/subscribe`]) {
      assert.equal((await ask(path, second)).status, 404, path);
    }
  }
});

Deno.test("tenancy - no body widens what is written or where it is published", async () => {
  const { last } = await streamInfo(server);
  const bodies = [
    { amount: 1, propertyId: "1.>" },
    { amount: 1, propertyId: ">" },
    { amount: 1, propertyId: [1] },
    { amount: 1, propertyId: 1, orgId: 1 },
    { amount: 1, propertyId: 1, org_id: 1 },
    { amount: 1, propertyId: 1, id: 5 },
    { amount: 1, propertyId: 1, createdBy: "somebody" },
    { amount: 1, propertyId: 1, ["__proto__"]: { x: 1 } },
  ];
  for (const json of bodies) {
    const answer = await ask("/finance/revenue", second, { json });
    assert.equal(answer.status, 422, `${JSON.stringify(json)}: ${answer.text}`);
  }
  await createRevenue(second, 1);
  await until("it is published", async () => (await streamInfo(server)).last > last);
  const jsm = await jetstreamManager(server.services.nats);
  const published = await jsm.streams.getMessage(EVENTS, { seq: last + 1 });
  assert.equal(published!.subject, "evt.2.1.finance.revenue.created");
  assert.equal((await streamInfo(server)).last, last + 1);
});
