import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { stopOrphans, writePidFile } from "@/services/embedded/pid_files.ts";
import { processRow } from "@/services/embedded/process_table.ts";
import { tempDir } from "../harness/dirs.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WAIT_MS = 20_000;
const POLL_MS = 20;

interface Started {
  starter: Deno.ChildProcess;
  postgres: number;
  nats: number;
  guard: number;
}

/** Starts both servers from a process of their own, as the launcher does, to end that process by force. */
async function startServers(dataDir: string): Promise<Started> {
  const code = `
    import { Guard } from "@/services/embedded/guard.ts";
    import { natsBinary } from "@/services/embedded/nats_binary.ts";
    import { startNats } from "@/services/embedded/nats_server.ts";
    import { freePort } from "@/services/embedded/ports.ts";
    import { startPostgres } from "@/services/embedded/postgres.ts";
    const guard = new Guard();
    const common = { dataDir: ${JSON.stringify(dataDir)}, portAsked: false, log: () => {}, guard };
    await guard.dir(common.dataDir + "/temporary");
    const postgres = await startPostgres({ ...common, port: freePort(), durable: false });
    const { path: binary } = await natsBinary({ root: ".", env: Deno.env.toObject(), log: () => {} });
    const nats = await startNats({ ...common, port: freePort(), binary });
    console.log(JSON.stringify({ postgres: postgres.pid, nats: nats.pid, guard: guard.pid }));`;
  Deno.mkdirSync(`${dataDir}/temporary`);
  const starter = new Deno.Command(Deno.execPath(), { args: ["eval", code], cwd: ROOT, stdout: "piped" })
    .spawn();
  const output = starter.stdout.getReader();
  const { value } = await output.read();
  await output.cancel();
  return { starter, ...JSON.parse(new TextDecoder().decode(value)) };
}

async function killStarter({ starter }: Started): Promise<void> {
  starter.kill("SIGKILL");
  await starter.status;
}

function isRunning(pid: number): boolean {
  return (processRow(pid)?.args ?? "") !== "";
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < WAIT_MS; waited += POLL_MS) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  assert.fail(`${what}: not so after ${WAIT_MS / 1000} s`);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test("guard - when the starter is killed its servers end and its temporary directories go", async () => {
  const dir = tempDir();
  const started = await startServers(dir.path);
  await killStarter(started);
  await until(() => !isRunning(started.postgres) && !isRunning(started.nats), "both servers ended");
  await until(() => !isRunning(started.guard), "the guard ended");
  assert(!exists(`${dir.path}/temporary`));
  // In good order: PostgreSQL removes this file at the end of a shutdown only.
  assert(!exists(`${dir.path}/postgres/data/postmaster.pid`));
  dir.remove();
});

Deno.test("orphans - what outlived a killed starter and its guard is stopped by the next start", async () => {
  const dir = tempDir();
  const started = await startServers(dir.path);
  Deno.kill(started.guard, "SIGKILL");
  await killStarter(started);
  assert(isRunning(started.postgres) && isRunning(started.nats));
  const lines: string[] = [];
  await stopOrphans(dir.path, ["app", "nats-server", "postgres"], (line) => lines.push(line));
  assert(!isRunning(started.postgres) && !isRunning(started.nats));
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? "", new RegExp(`nats-server running \\(pid ${started.nats}\\)`));
  assert.deepEqual([...Deno.readDirSync(`${dir.path}/pids`)], []);
  dir.remove();
});

Deno.test("orphans - a process that only has the id of an earlier child is left alone", async () => {
  const dir = tempDir();
  const other = new Deno.Command("sleep", { args: ["60"] }).spawn();
  writePidFile(dir.path, {
    name: "postgres",
    pid: other.pid,
    mark: `${dir.path}/data`,
    stopSignal: "SIGKILL",
  });
  Deno.writeTextFileSync(`${dir.path}/pids/nats-server.json`, "{ cut sh");
  const lines: string[] = [];
  await stopOrphans(dir.path, ["nats-server", "postgres"], (line) => lines.push(line));
  assert.deepEqual(lines, []);
  assert(isRunning(other.pid));
  assert.deepEqual([...Deno.readDirSync(`${dir.path}/pids`)], []);
  other.kill("SIGKILL");
  await other.status;
  dir.remove();
});

Deno.test("parent - a child that follows its parent notices its end", async () => {
  const code = `
    import { endWithParent } from "@/services/embedded/parent.ts";
    endWithParent(() => { console.log("gone"); Deno.exit(3); });
    setInterval(() => {}, 1000);
    console.log("up");`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  assert.match(new TextDecoder().decode((await output.read()).value), /up/);
  // What the operating system does for a process that ends.
  await child.stdin.close();
  assert.match(new TextDecoder().decode((await output.read()).value), /gone/);
  assert.equal((await child.status).code, 3);
  await output.cancel();
});

Deno.test("starter - the end of a runner above by force is noticed", async () => {
  const dir = tempDir();
  const module = `${ROOT}/services/embedded/starter.ts`;
  Deno.writeTextFileSync(`${dir.path}/deno.json`, `{ "tasks": { "watch": "deno run -A watch.ts" } }`);
  Deno.writeTextFileSync(
    `${dir.path}/watch.ts`,
    `import { watchStarter } from ${JSON.stringify(module)};
     watchStarter(() => { Deno.writeTextFileSync("gone", ""); Deno.exit(0); });
     setInterval(() => {}, 1000);
     Deno.writeTextFileSync("up", String(Deno.pid));`,
  );
  const runner = new Deno.Command(Deno.execPath(), {
    args: ["task", "watch"],
    cwd: dir.path,
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until(() => exists(`${dir.path}/up`), "the task runs");
  runner.kill("SIGKILL");
  await runner.status;
  await until(() => exists(`${dir.path}/gone`), "the end of the runner is noticed");
  dir.remove();
});
