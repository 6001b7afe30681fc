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
import { testDatabase } from "../harness/postgres.ts";
import { startProcess } from "../harness/process.ts";
import { TEST_SECRET } from "../harness/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const k6 = await findK6({ root, env: Deno.env.toObject(), log: console.error });
if (k6 === undefined) {
  console.log("looking for k6: there is none, so the load scripts are not run (deno task load builds one)");
}

/** One small house for all scripts, which are run one after the other. */
async function house(): Promise<Target> {
  const [database, nats] = await Promise.all([testDatabase(), testNats()]);
  await seedHouse(database.ownerUrl);
  const env = { DATABASE_URL: database.appUrl, NATS_URL: nats.url, JWT_SECRET: TEST_SECRET };
  const app = await startProcess(env);
  return {
    url: app.url,
    natsUrl: nats.url,
    secret: TEST_SECRET,
    pids: () => ({ app: [app.pid], nats: [nats.pid] }),
    crash: undefined,
    async stop() {
      await app.stop();
      await nats.stop();
      await database.drop();
    },
  };
}

async function run(name: string, load: Pick<Load, "connections" | "seconds" | "rate">): Promise<Summary> {
  const guard = new Guard();
  const out = tempDir();
  const target = await house();
  const lines: string[] = [];
  try {
    const { signal } = new AbortController();
    const log = (line: string) => lines.push(line);
    const { summary } = await runLoad({
      ...load,
      name,
      target,
      k6: k6!.path,
      guard,
      outDir: out.path,
      signal,
      log,
    });
    assert.match(Deno.readTextFileSync(`${out.path}/report.html`), /<html/);
    return summary;
  } catch (error) {
    console.error(lines.join("\n"));
    throw error;
  } finally {
    await target.stop();
    await guard.end();
    out.remove();
  }
}

function value({ metrics }: Summary, metric: string, stat = "count"): number | undefined {
  return metrics[metric]?.values[stat];
}

Deno.test({
  name: "load - stream-1000 counts every event at every socket, and what the app takes",
  ignore: k6 === undefined,
  async fn() {
    const summary = await run("stream-1000", { connections: 60, seconds: 2, rate: 20 });
    assert.equal(value(summary, "connected"), 60);
    const sent = value(summary, "events_received")! / 60;
    assert.ok(sent >= 38, `${sent} events at each socket`);
    assert.equal(value(summary, "delivery"), sent * 60);
    for (const metric of ["events_lost", "events_doubled", "gaps"]) assert.equal(value(summary, metric), 0);
    assert.equal(value(summary, "errors", "rate"), 0);
    assert.ok(value(summary, "app_memory_mb", "max")! > 10);
    assert.ok(value(summary, "app_cpu_percent_of_core", "avg")! > 0);
  },
});
