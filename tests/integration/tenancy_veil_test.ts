import assert from "node:assert/strict";
import { call, publish, startDemo } from "../harness/live.ts";
import { TestSocket } from "../harness/socket.ts";

const FIGURES = { openTasks: 3, revenueToday: 900, expenseToday: 10, pendingApprovals: 1 };

Deno.test("veil - staff see the dashboard and not what the house earns: lists, records, stream, replay, poll, recent", async () => {
  const server = await startDemo();
  try {
    const program = await server.token({ role: "service", sub: "derive" });
    const created = await call(`${server.url}/dashboard/metrics`, {
      token: program,
      json: { propertyId: 1, figures: FIGURES },
    });
    assert.equal(created.status, 201, created.text);
    const staff = await server.token({ role: "staff", properties: [1], sub: "tomas" });
    const manager = await server.token();
    const read = async (path: string, token: string) => (await call(server.url + path, { token })).text;
    const watch = (token: string, more = {}) =>
      TestSocket.stream(server.wsUrl, token, { services: ["dashboard"], ...more });
    const sockets = [await watch(staff), await watch(manager)];
    await publish(server, "evt.1.1.dashboard.metrics.updated", {
      id: "m1",
      data: { id: 7, figures: FIGURES },
    });
    for (const socket of sockets) await socket.next((frame) => frame.type === "event");
    const { seq: since } = sockets[0]!.frames.find(({ type }) => type === "ack")!;
    const again = [await watch(staff, { lastSeq: since }), await watch(manager, { lastSeq: since })];
    for (const socket of again) await socket.next((frame) => frame.type === "event");
    const paths = [
      "/dashboard/metrics",
      `/dashboard/metrics/${created.json.id}`,
      "/dashboard/realtime/subscribe?lastSeq=1&wait=0",
      "/v2/realtime/recent",
    ];
    for (const path of paths) {
      const [some, all] = [await read(path, staff), await read(path, manager)];
      assert.match(some, /openTasks/, path);
      assert.doesNotMatch(some, /revenue|expense|Approvals/, path);
      assert.match(all, /revenueToday/, path);
    }
    for (const [some, all] of [sockets, again]) {
      assert.deepEqual(some!.events.at(-1)?.data.figures, { openTasks: 3 });
      assert.deepEqual(all!.events.at(-1)?.data.figures, FIGURES);
    }
    for (const socket of [...sockets, ...again]) await socket.close();
  } finally {
    await server.stop();
  }
});

Deno.test("veil - who writes a record is answered no more of it than who reads it", async () => {
  const server = await startDemo();
  try {
    // A program for the dashboard alone, which finance is nothing to.
    const program = await server.token({ role: "service", sub: "panel", services: ["dashboard"] });
    const write = (path: string, method: string, json: object, headers = {}) =>
      call(server.url + path, { token: program, method, json, headers });
    const body = { propertyId: 1, figures: FIGURES };
    const create = () => write("/dashboard/metrics", "POST", body, { "idempotency-key": "k1" });
    const answers = [await create(), await create()];
    const { id, version } = answers[0]!.json;
    const path = `/dashboard/metrics/${id}`;
    answers.push(await write(path, "PATCH", { version }));
    answers.push(await write(path, "PATCH", { version, figures: { ...FIGURES, revenueToday: 950 } }));
    assert.deepEqual(answers.map(({ status }) => status), [201, 201, 200, 200]);
    for (const { json } of answers) assert.deepEqual(json.figures, { openTasks: 3 });
    const { json } = await call(server.url + path, { token: await server.token() });
    assert.equal(json.figures.revenueToday, 950);
  } finally {
    await server.stop();
  }
});
