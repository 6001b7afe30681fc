import assert from "node:assert/strict";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Guard } from "@/services/embedded/guard.ts";
import { processRow } from "@/services/embedded/process_table.ts";
import { ServerProcess } from "@/services/embedded/server_process.ts";
import { tempDir } from "../harness/dirs.ts";
import { freePort } from "../harness/ports.ts";

const ROOT = resolve(fileURLToPath(new URL("../..", import.meta.url)));
/** A first start makes a database, and builds the pages where they are not built yet. */
const READY_MS = 120_000;
const GONE_MS = 20_000;
const STOP_MS = 30_000;
const POLL_MS = 50;

interface Started {
  launcher: ServerProcess;
  url: string;
  lines: string[];
  /** Of app, nats-server and postgres. */
  pids: number[];
}

/** What `deno task start` runs, on ports and a data directory of its own. */
async function start(dataDir: string, guard: Guard): Promise<Started> {
  const port = freePort();
  const lines: string[] = [];
  const launcher = new ServerProcess({
    name: "launcher",
    command: Deno.execPath(),
    args: ["run", "-A", "services/embedded/launch.ts"],
    cwd: ROOT,
    env: {
      DATA_DIR: dataDir,
      PORT: String(port),
      PG_PORT: String(freePort()),
      NATS_PORT: String(freePort()),
      METRICS_PORT: "0",
    },
    stopSignal: "SIGTERM",
    guard,
    onLine: (line) => lines.push(line),
  });
  await until(
    () => lines.some((line) => line.startsWith("stop ")) || !launcher.running,
    READY_MS,
    () => lines.join("\n"),
  );
  assert(launcher.running, lines.join("\n"));
  const pids = lines.flatMap((line) => /, pid (\d+) /.exec(line)?.[1] ?? []).map(Number);
  assert.equal(pids.length, 4, lines.join("\n"));
  return { launcher, url: `http://127.0.0.1:${port}`, lines, pids };
}

async function until(condition: () => boolean, ms: number, what: () => string): Promise<void> {
  for (let waited = 0; waited < ms; waited += POLL_MS) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  assert.fail(`not so after ${ms / 1000} s: ${what()}`);
}

/** Whether the processes end, each within the bound; a zombie has ended. */
function allGone(pids: number[]): Promise<void> {
  const running = () => pids.filter((pid) => (processRow(pid)?.args ?? "") !== "");
  return until(
    () => running().length === 0,
    GONE_MS,
    () => `processes that have ended: ${running()} still run`,
  );
}

Deno.test("start - it serves, is refused a second time, survives a kill, and leaves nothing running", async () => {
  const dir = tempDir();
  const guard = new Guard();
  const first = await start(dir.path, guard);
  const ready = await fetch(`${first.url}/health/ready`);
  await ready.body?.cancel();
  assert.equal(ready.status, 200);
  const scraped = first.lines.flatMap((line) => /http:[^" ]*\/metrics/.exec(line) ?? []);
  const told = await Promise.all(scraped.map((url) => fetch(url).then((answer) => answer.text())));
  assert.deepEqual(told.map((text) => /innstream_build_info\{process="(\w+)"/.exec(text)?.[1]).sort(), [
    "app",
    "worker",
  ]);

  const refused = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "services/embedded/launch.ts"],
    cwd: ROOT,
    env: { DATA_DIR: dir.path },
  }).output();
  assert.equal(refused.code, 1);
  assert.match(new TextDecoder().decode(refused.stdout), new RegExp(`in use by .*pid ${first.launcher.pid}`));

  const secret = Deno.readTextFileSync(`${dir.path}/jwt_secret`);
  assert.equal(Deno.statSync(`${dir.path}/jwt_secret`).mode! & 0o777, 0o600);
  first.launcher.kill("SIGKILL");
  await first.launcher.ended;
  await allGone(first.pids);

  const second = await start(dir.path, guard);
  assert(second.lines.some((line) => /^migrate +up to date/.test(line)), second.lines.join("\n"));
  assert.equal(Deno.readTextFileSync(`${dir.path}/jwt_secret`), secret);
  const { code } = await second.launcher.stop(STOP_MS);
  assert.equal(code, 0);
  await allGone(second.pids);
  await guard.end();
  dir.remove();
});

Deno.test("start - when a server ends by itself the rest is stopped and the line says which", async () => {
  const dir = tempDir();
  const guard = new Guard();
  const { launcher, pids, lines } = await start(dir.path, guard);
  const nats = Number(/, pid (\d+) /.exec(lines.find((line) => line.startsWith("nats-server")) ?? "")?.[1]);
  Deno.kill(nats, "SIGKILL");
  const { code } = await launcher.ended;
  assert.equal(code, 1);
  assert(lines.some((line) => line.startsWith("failed") && line.includes("nats-server ended by itself")));
  await allGone(pids);
  await guard.end();
  dir.remove();
});
