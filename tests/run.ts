import { statfsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Guard } from "@/services/embedded/guard.ts";
import { natsBinary } from "@/services/embedded/nats_binary.ts";
import { freePort } from "@/services/embedded/ports.ts";
import { startPostgres } from "@/services/embedded/postgres.ts";
import { ServerProcess } from "@/services/embedded/server_process.ts";
import { StopRequest } from "@/services/embedded/stop_request.ts";
import { explain, phase, print } from "@/services/embedded/terminal.ts";
import { browserPath, NO_BROWSER } from "./harness/browser.ts";
import { makeTemplate } from "./harness/postgres.ts";

/** What runs when no file or directory is named: the lanes beside each other, since most of a test is waiting. */
const LANES = [["tests/integration"], ["tests/browser"], ["tests/unit", "tests/reading", "tests/faults"]];
/** What keeps the machine busy by itself, and runs after them: who has to answer in time must be able to. */
const ALONE = ["tests/crowd"];
/** A run that takes longer hangs. */
const RUN_MS = 60 * 60_000;
const STOP_MS = 1_000;
/** The servers of a run that broke off may still write while they are being stopped. */
const REMOVE_TRIES = 30;
const REMOVE_POLL_MS = 100;
/** Files in memory: a copy of the template, 300 small files, takes a quarter of the time. */
const MEMORY_DIR = "/dev/shm";
const MEMORY_BYTES_MIN = 2 * 1024 * 1024 * 1024;
/** The tests set these themselves where they need them: what the person's shell has would only mislead them. */
const NOT_INHERITED = ["DATABASE_URL", "MIGRATE_DATABASE_URL", "NATS_URL", "PORT", "HOST", "DATA_DIR", "DEMO"]
  .concat(["PG_PORT", "NATS_PORT", "JWT_SECRET", "JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE", "PUBLIC_ORIGINS"]);

/** More files than these fail for a reason that another try does not take away. */
const TRIED_AGAIN_MAX = 5;

const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed/;
const FAILURE = /^(.+) => \.\/(tests\/\S+\.tsx?):\d+:\d+$/;
const UNCAUGHT = /^(\.\/(tests\/\S+\.tsx?) \(uncaught error\))$/;
// deno-lint-ignore no-control-regex
const COLOUR = /\x1b\[[0-9;]*m/g;

export interface Counts {
  passed: number;
  failed: number;
}

interface Outcome extends Counts {
  /** The file of each failed test, by its name. */
  failures: ReadonlyMap<string, string>;
}

/** What a line of `deno test` says of the whole run; undefined for any other line. */
export function readSummary(line: string): Counts | undefined {
  const [, passed, failed] = SUMMARY.exec(line.replaceAll(COLOUR, "")) ?? [];
  return passed === undefined ? undefined : { passed: Number(passed), failed: Number(failed) };
}

/** The test that a line of `deno test` tells as failed, and its file; undefined for any other line. */
export function readFailure(line: string): { test: string; file: string } | undefined {
  const plain = line.replaceAll(COLOUR, "");
  const [, test = plain, file] = FAILURE.exec(plain) ?? UNCAUGHT.exec(plain) ?? [];
  return file === undefined ? undefined : { test, file };
}

/** The arguments of each `deno test`: those given, in one lane where they name a file or directory, else in all. */
export function testArguments(args: readonly string[], lanes: readonly (readonly string[])[]): string[][] {
  const named = args.some((arg, index) => !arg.startsWith("-") && args[index - 1] !== "--filter");
  return (named ? [[]] : lanes).map((suites) => ["test", "-A", "--no-check", ...args, ...suites]);
}

interface Run {
  root: string;
  stop: StopRequest;
  guard: Guard;
  /** What is to be stopped or removed at the end, the last first. */
  cleanUps: (() => Promise<unknown>)[];
}

/** Runs the tests on real servers. Answers the counts. */
async function runTests(run: Run): Promise<Counts> {
  try {
    const [superuserUrl, binary] = await Promise.all([startDatabase(run), findNats(run)]);
    const chromium = browserPath();
    print("chromium", chromium ?? NO_BROWSER);
    return await denoTests(run, {
      ...Object.fromEntries(NOT_INHERITED.map((name) => [name, ""])),
      TEST_POSTGRES_URL: superuserUrl,
      NATS_SERVER_BIN: binary,
      CHROMIUM_BIN: chromium ?? "",
      // Whatever a test leaves behind, goes with the directory of the run.
      TMPDIR: await runDir(run),
      ...(Deno.stdout.isTerminal() && { FORCE_COLOR: "1" }),
    });
  } finally {
    for (const cleanUp of run.cleanUps.toReversed()) await cleanUp();
  }
}

async function startDatabase(run: Run): Promise<string> {
  const { stop, guard } = run;
  const log = (line: string) => print("postgres", line);
  const options = { port: freePort(), portAsked: false, durable: false, log, guard, signal: stop.signal };
  const dataDir = await runDir(run, memoryDir());
  const postgres = await stop.unless(phase(
    "postgres",
    () => startPostgres({ ...options, dataDir }),
    ({ port }) => `serves on 127.0.0.1:${port}`,
  ));
  // Not in the directory of the run where its user could not enter that (see postgres_home.ts).
  await addDir(run, postgres.home);
  run.cleanUps.push(() => postgres.stop());
  await stop.unless(phase("template", () => makeTemplate(postgres.url), () => "migrated"));
  return postgres.url;
}

async function findNats({ root, stop }: Run): Promise<string> {
  const log = (line: string) => print("nats-server", line);
  const search = { root, env: Deno.env.toObject(), log, signal: stop.signal };
  const { path, version, from } = await stop.unless(natsBinary(search));
  print("nats-server", `${version} (${from})`);
  return path;
}

/** A directory that goes when the run does, in whatever way; PostgreSQL, when root runs it as another user, can enter it. */
async function runDir(run: Run, dir?: string): Promise<string> {
  const path = await Deno.makeTempDir({ prefix: "innstream-run-", ...(dir !== undefined && { dir }) });
  await Deno.chmod(path, 0o711);
  await addDir(run, path);
  return path;
}

async function addDir(run: Run, path: string): Promise<void> {
  await run.guard.dir(path);
  run.cleanUps.push(() => removeDir(path));
}

async function removeDir(path: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      if (tries === REMOVE_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, REMOVE_POLL_MS));
    }
  }
}

function memoryDir(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(MEMORY_DIR);
    return bavail * bsize >= MEMORY_BYTES_MIN ? MEMORY_DIR : undefined;
  } catch {
    // Not on this system.
    return undefined;
  }
}

async function denoTests(run: Run, env: Record<string, string>): Promise<Counts> {
  const lanes = LANES.map((suites) => suites.filter((suite) => isDirectory(`${run.root}/${suite}`)));
  const runs = testArguments(Deno.args, lanes);
  const timer = setTimeout(
    () => run.stop.now({ text: `not done after ${RUN_MS / 60_000} minutes`, code: 1 }),
    RUN_MS,
  );
  try {
    const isAlone = runs.length === 1;
    const lanes = await Promise.all(runs.map((args) => denoTest(run, env, { args, isAlone })));
    if (!isAlone) {
      lanes.push(await denoTest(run, env, { args: testArguments(Deno.args, [ALONE])[0]!, isAlone }));
    }
    const outcome = {
      passed: lanes.reduce((sum, { passed }) => sum + passed, 0),
      failed: lanes.reduce((sum, { failed }) => sum + failed, 0),
      failures: new Map(lanes.flatMap(({ failures }) => [...failures])),
    };
    // A lane that broke off may have failed anywhere.
    const isNamed = lanes.every(({ failed, failures }) => failed === 0 || failures.size > 0);
    return !isAlone && isNamed ? await tryAgain(run, env, outcome) : outcome;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs the files of failed tests once more, by themselves: three lanes on a small machine starve each other at times.
 * Both are told: what fails again has failed, what passes now has been seen to fail.
 */
async function tryAgain(run: Run, env: Record<string, string>, outcome: Outcome): Promise<Counts> {
  const { passed, failed, failures } = outcome;
  const files = [...new Set(failures.values())];
  if (files.length === 0 || files.length > TRIED_AGAIN_MAX) return outcome;
  console.log(`\nonce more, alone: ${files.join(" ")}`);
  const again = await denoTest(run, env, { args: ["test", "-A", "--no-check", ...files], isAlone: true });
  for (const test of failures.keys()) {
    console.log(
      `${again.failures.has(test) ? "failed twice" : "failed beside others, passed alone"}: ${test}`,
    );
  }
  return { passed: passed + Math.max(failed - again.failed, 0), failed: again.failed };
}

/** A run that broke off counts as one failure. Beside another one it tells whole lines only. */
async function denoTest(
  { root, stop, guard }: Run,
  env: Record<string, string>,
  { args, isAlone }: { args: string[]; isAlone: boolean },
): Promise<Outcome> {
  let counts: Counts | undefined;
  const failures = new Map<string, string>();
  const child = new ServerProcess({
    name: "deno test",
    command: Deno.execPath(),
    args,
    cwd: root,
    env,
    // It takes its time over any other; what its tests have started is guarded.
    stopSignal: "SIGKILL",
    guard,
    passOutput: isAlone,
    onLine: (line) => {
      counts = readSummary(line) ?? counts;
      const failure = readFailure(line);
      if (failure) failures.set(failure.test, failure.file);
      if (!isAlone) console.log(line);
    },
  });
  try {
    const { code } = await stop.unless(child.ended);
    const { passed, failed } = counts ?? { passed: 0, failed: 0 };
    // It may fail beside the tests: a module that does not load, a crash of the runtime.
    return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, failures };
  } finally {
    await child.stop(STOP_MS);
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

async function main(): Promise<number> {
  const guard = new Guard();
  // The guard ends and removes what is left.
  const stop = new StopRequest(() => Deno.exit(1));
  let counts: Counts = { passed: 0, failed: 1 };
  try {
    const root = resolve(fileURLToPath(new URL("..", import.meta.url)));
    counts = await runTests({ root, stop, guard, cleanUps: [] });
    await guard.end();
  } catch (error) {
    console.error(stop.reason ? `stopped: ${stop.reason.text}` : explain(error));
  }
  // On a line of its own, also after output that broke off.
  console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
