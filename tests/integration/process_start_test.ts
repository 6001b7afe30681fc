// The app as a process: what it needs to start, and what it says where that is missing.
import assert from "node:assert/strict";
import { runProcess, startProcess } from "../harness/process.ts";
import { testNats } from "../harness/nats.ts";
import { freePort } from "../harness/ports.ts";
import { testDatabase } from "../harness/postgres.ts";
import { TEST_SECRET } from "../harness/server.ts";

let database: Awaited<ReturnType<typeof testDatabase>>;
let nats: Awaited<ReturnType<typeof testNats>>;
let good: { DATABASE_URL: string; NATS_URL: string; JWT_SECRET: string };
Deno.test.beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  good = { DATABASE_URL: database.appUrl, NATS_URL: nats.url, JWT_SECRET: TEST_SECRET };
});
Deno.test.afterAll(async () => {
  await nats?.stop();
  await database?.drop();
});

Deno.test("process - a wrong configuration is told in one line per problem, and ends with code 2", async () => {
  const { code, log } = await runProcess({
    DATABASE_URL: "mysql://user:hunter2@host/db",
    NATS_URL: "",
    JWT_SECRET: "short",
    PORT: "70000",
    DEMO: "maybe",
    FEED_CONSUMER: "all",
    PUBLIC_ORIGINS: "https://good.example,*",
    MAX_CONNECTIONS: "0",
  });
  assert.equal(code, 2);
  const lines = log.map(({ message }) => message);
  const named = [
    "PORT",
    "DATABASE_URL",
    "NATS_URL",
    "PUBLIC_ORIGINS",
    "DEMO",
    "FEED_CONSUMER",
    "MAX_CONNECTIONS",
    "JWT_SECRET",
  ];
  assert.deepEqual(lines.map((line) => line.split(" ")[0]), named);
  assert.ok(!lines.join().includes("hunter2"), "a password stands in the output");
});

Deno.test("process - a login that row-level security does not bind is refused at the start", async () => {
  for (const [url, says] of [[database.superuserUrl, /superuser/], [database.ownerUrl, /owns/]] as const) {
    const { code, log } = await runProcess({ ...good, DATABASE_URL: url });
    assert.equal(code, 1);
    assert.equal(log.length, 1);
    assert.match(String(log[0]!.error), says);
    assert.ok(!JSON.stringify(log).includes(new URL(url).password || "no password"));
  }
});

Deno.test("process - what cannot be reached is named, without its password, and ends with code 1", async () => {
  const away = freePort();
  const login = new URL(database.appUrl);
  login.port = String(away);
  const cases = [
    [{ ...good, DATABASE_URL: login.href }, new RegExp(`ECONNREFUSED.*${away}`)],
    [{ ...good, NATS_URL: `nats://user:hunter2@127.0.0.1:${away}` }, new RegExp(`127.0.0.1:${away}`)],
  ] as const;
  for (const [env, says] of cases) {
    const { code, log } = await runProcess(env);
    assert.equal(code, 1);
    assert.match(log.map((line) => JSON.stringify(line)).join("\n"), says);
    assert.ok(!JSON.stringify(log).includes("hunter2") && !JSON.stringify(log).includes(login.password));
  }
});

Deno.test("process - a port that is taken is named, and the one that has it is not disturbed", async () => {
  const app = await startProcess(good);
  const { code, log } = await runProcess({ ...good, PORT: new URL(app.url).port });
  assert.equal(code, 1);
  assert.match(String(log[0]!.error), /in use/i);
  assert.equal((await fetch(`${app.url}/health/ready`).then((response) => response.json())).status, "ready");
  assert.deepEqual(await app.stop(), { code: 0, signal: null });
});

Deno.test("process - it runs without demo pages, and with FEED_CONSUMER=process", async () => {
  const app = await startProcess({ ...good, FEED_CONSUMER: "process", DEMO: "0" });
  assert.equal((await fetch(`${app.url}/health/ready`).then((response) => response.json())).status, "ready");
  await app.stop();
});
