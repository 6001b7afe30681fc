// The simulation against the real server: what it says it published is what the stream has.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { jetstreamManager } from "@nats-io/jetstream";
import { parseEventSubject } from "@/lib/protocol/subjects.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import { simulate, type SimulateOptions } from "@/services/simulate/simulate.ts";
import { startDemo, streamInfo, until } from "../harness/live.ts";
import { TEST_SECRET, type TestServer } from "../harness/server.ts";

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(async () => {
  await server?.stop();
});

async function run(options: Partial<SimulateOptions> = {}) {
  return await simulate({
    url: server.url,
    natsUrl: server.nats.url,
    token: await server.token(),
    orgId: 1,
    seed: 1,
    speed: 100,
    rate: 500,
    events: undefined,
    minutes: undefined,
    services: new Set(["finance", "guest", "staff", "tasks", "properties"]),
    signal: new AbortController().signal,
    print: () => {},
    ...options,
  });
}

/** Waits until the stream has so many events more than `from`; answers how many of each service. */
async function arrived(from: number, count: number): Promise<Record<string, number>> {
  await until(
    `${count} events are in the stream`,
    async () => (await streamInfo(server)).last >= from + count,
  );
  const manager = await jetstreamManager(server.services.nats);
  const services: Record<string, number> = {};
  const { last } = await streamInfo(server);
  for (let seq = from + 1; seq <= last; seq++) {
    const message = await manager.streams.getMessage(EVENTS, { seq });
    const { service } = parseEventSubject(message!.subject)!;
    services[service] = (services[service] ?? 0) + 1;
  }
  return services;
}

Deno.test("simulate - it ends after the events it was asked for, and counts them right", async () => {
  const { last } = await streamInfo(server);
  const { published, rest, nats, failed, byService } = await run({ events: 250 });
  assert.equal(published, 250);
  assert.equal(rest + nats, published);
  assert.equal(failed, 0);
  assert.ok(nats > 20, `${nats} by NATS`);
  assert.deepEqual(await arrived(last, published), { ...byService });
  assert.equal((await streamInfo(server)).last, last + published);
});

Deno.test("simulate - by REST alone, of some services, until it is told to end", async () => {
  const { last } = await streamInfo(server);
  const ending = new AbortController();
  const running = run({ natsUrl: undefined, services: new Set(["tasks"]), signal: ending.signal });
  await until("something happened", async () => (await streamInfo(server)).last > last + 20);
  ending.abort();
  const { published, nats, byService } = await running;
  assert.equal(nats, 0);
  assert.deepEqual(Object.keys(byService), ["tasks"]);
  await arrived(last, published);
  assert.equal((await streamInfo(server)).last, last + published);
});

Deno.test("simulate - two of them on the same records get in each other's way, and still count right", async () => {
  const { last } = await streamInfo(server);
  const totals = await Promise.all([run({ events: 150, seed: 4 }), run({ events: 150, seed: 4 })]);
  const published = totals.reduce((sum, one) => sum + one.published, 0);
  assert.equal(published, 300);
  await arrived(last, published);
  assert.equal((await streamInfo(server)).last, last + published);
});

Deno.test("simulate - with NATS restarted in the middle nothing is lost or counted twice", async () => {
  const { last } = await streamInfo(server);
  const running = run({ events: 300, rate: 150 });
  await until("it has begun", async () => (await streamInfo(server)).last > last + 30);
  await server.nats.restart();
  const { published } = await running;
  assert.equal(published, 300);
  await arrived(last, published);
  assert.equal((await streamInfo(server)).last, last + published);
});

Deno.test("simulate - it does not begin without a server, or for somebody who may not read", async () => {
  await assert.rejects(run({ url: "http://127.0.0.1:9" }));
  await assert.rejects(run({ token: "not a token" }), /401 unauthenticated/);
});

Deno.test("simulate - as a command it prints its totals as the last line", async () => {
  const { last } = await streamInfo(server);
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "services/simulate/cli.ts", "--url", server.url, "--nats", server.nats.url]
      .concat(["--rate", "200", "--events", "40", "--org", "2"]),
    cwd: root,
    env: { JWT_SECRET: TEST_SECRET },
    stderr: "inherit",
  }).output();
  assert.equal(code, 0);
  const totals = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  assert.deepEqual(Object.keys(totals), ["published", "rest", "nats", "failed", "byService"]);
  assert.equal(totals.published, 40);
  await arrived(last, 40);
});
