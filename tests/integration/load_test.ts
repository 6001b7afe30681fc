// The load scripts as they are, small and short: that they measure, and that nothing is lost while they do.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Guard } from "@/services/embedded/guard.ts";
import { findK6 } from "../load/run/k6_binary.ts";
import { seedHouse } from "../load/run/house.ts";
import { type Load, runLoad } from "../load/run/load.ts";
import type { Summary } from "../load/run/report.ts";
import type { Target } from "../load/run/target.ts";
import { tempDir } from "../harness/dirs.ts";
import { testNats } from "../harness/nats.ts";
import { freePort } from "../harness/ports.ts";
import { testDatabase } from "../harness/postgres.ts";
import { startProcess } from "../harness/process.ts";
import { TEST_SECRET } from "../harness/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const k6 = await findK6({ root, env: Deno.env.toObject(), log: console.error });
if (k6 === undefined) {
  console.log("looking for k6: there is none, so the load scripts are not run (deno task load builds one)");
}

/** Enough to see each of them work. */
const CONNECTIONS = 40;

interface House extends Target {
  /** The same, with so many connections at most. */
  readonly small: Target;
}

/** An app that can be killed, and a small one beside it. */
async function house(): Promise<House> {
  const [database, nats] = await Promise.all([testDatabase(), testNats()]);
  await seedHouse(database.ownerUrl);
  const env = { DATABASE_URL: database.appUrl, NATS_URL: nats.url, JWT_SECRET: TEST_SECRET };
  const port = String(freePort());
  const [first, few] = await Promise.all([
    startProcess({ ...env, PORT: port }),
    startProcess({ ...env, MAX_CONNECTIONS: String(CONNECTIONS) }),
  ]);
  let app = first;
  const common = { natsUrl: nats.url, secret: TEST_SECRET, stop: () => Promise.resolve() };
  return {
    ...common,
    url: app.url,
    pids: () => ({ app: [app.pid], nats: [nats.pid] }),
    async crash() {
      app.kill("SIGKILL");
      await app.ended;
      app = await startProcess({ ...env, PORT: port });
    },
    small: { ...common, url: few.url, pids: () => ({ app: [few.pid] }), crash: undefined },
    async stop() {
      await Promise.all([app.stop(), few.stop()]);
      await nats.stop();
      await database.drop();
    },
  };
}

async function run(
  name: string,
  target: Target,
  load: Partial<Pick<Load, "connections" | "seconds" | "rate">>,
): Promise<Summary> {
  const guard = new Guard();
  const out = tempDir();
  const lines: string[] = [];
  const whole = { connections: CONNECTIONS, seconds: 3, rate: 20, ...load };
  const { signal } = new AbortController();
  const log = (line: string) => lines.push(line);
  try {
    const loaded = await runLoad({
      ...whole,
      name,
      target,
      k6: k6!.path,
      guard,
      outDir: out.path,
      signal,
      log,
    });
    assert.match(Deno.readTextFileSync(`${out.path}/report.html`), /<polyline/);
    return loaded.summary;
  } catch (error) {
    console.error(lines.join("\n"));
    throw error;
  } finally {
    await guard.end();
    out.remove();
  }
}

function value({ metrics }: Summary, metric: string, stat = "count"): number | undefined {
  return metrics[metric]?.values[stat];
}

/** What holds for every script, however busy the machine is. Answers how many events each client got. */
function assertWhole(summary: Summary, connections = CONNECTIONS): number {
  assert.equal(value(summary, "connected"), connections);
  assert.ok(value(summary, "settled")! >= connections - 1, "all are looked at; in the ramp one leaves early");
  for (const metric of ["events_lost", "events_doubled"]) assert.equal(value(summary, metric), 0, metric);
  assert.equal(value(summary, "errors", "rate"), 0);
  assert.ok(value(summary, "app_memory_mb", "max")! > 10);
  assert.ok(value(summary, "app_cpu_percent_of_core", "avg")! > 0);
  return value(summary, "events_received")! / connections;
}

Deno.test({
  name: "load - every script runs, small, against an app of its own process",
  ignore: k6 === undefined,
  async fn(t) {
    const target = await house();
    try {
      const clients = 5;
      const [stream, day, poll] = await Promise.all([
        run("stream-1000", target, {}),
        run("mixed-day", target, {}),
        run("long-poll", target, { connections: clients }),
      ]);
      await t.step("stream-1000 counts every event at every socket", () => {
        const each = assertWhole(stream);
        assert.ok(each >= 57, `${each} events at each socket`);
        assert.equal(value(stream, "delivery"), each * CONNECTIONS);
        assert.equal(value(stream, "gaps"), 0);
      });
      await t.step("mixed-day talks, uploads and works beside the stream", () => {
        assertWhole(day);
        assert.equal(value(day, "chat_lost"), 0);
        for (const metric of ["chat_ack", "chat_delivery", "uploads"]) {
          assert.ok(value(day, metric)! > 0, metric);
        }
        assert.ok(value(day, "http_req_duration{to:app}")! >= 30);
      });
      await t.step("long-poll asks again for every event", () => {
        const each = assertWhole(poll, clients);
        assert.ok(each >= 57, `${each} events at each client`);
        assert.ok(value(poll, "polls")! > clients * 10);
      });
      const [storm, ramp] = await Promise.all([
        run("reconnect-storm", target, { seconds: 6 }),
        run("ramp", target.small, {}),
      ]);
      await t.step("reconnect-storm brings everybody back after a drop and after a crash", () => {
        assertWhole(storm);
        assert.equal(value(storm, "gaps"), 0);
        assert.ok(value(storm, "back_after_drop")! >= CONNECTIONS, "all came back from the drop");
        assert.ok(value(storm, "publishes_repeated")! > 0, "the app was away");
      });
      await t.step("ramp is refused beyond the cap, and lets in where a place is free", () => {
        assertWhole(ramp);
        for (const metric of ["refused_as_documented", "free_place_taken"]) {
          assert.equal(value(ramp, metric, "rate"), 1, metric);
        }
      });
    } finally {
      await target.stop();
    }
  },
});
