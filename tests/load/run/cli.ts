import { knownSecret } from "@/services/auth/known_secret.ts";
import { startCluster } from "@/services/cluster/cluster.ts";
import { printTable } from "@/bench/common/table.ts";
import { Guard } from "@/services/embedded/guard.ts";
import { StartError } from "@/services/embedded/start_error.ts";
import { StopRequest } from "@/services/embedded/stop_request.ts";
import { explain, phase, print } from "@/services/embedded/terminal.ts";
import { FewLines } from "./few_lines.ts";
import { seedHouse } from "./house.ts";
import { k6Binary } from "./k6_binary.ts";
import { runLoad } from "./load.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { SCRIPTS } from "./scripts.ts";
import { ROOT, startTarget, type Target } from "./target.ts";
import type { Taken } from "@/bench/common/taken.ts";

const BAD_USAGE = 2;
const BROKEN = 3;
const INTERRUPTED = 130;
const NATS_DEFAULT = "nats://127.0.0.1:4222";
/** A line about the processes each so many samples. */
const TOLD_SAMPLES = 10;

interface Run {
  readonly options: Options;
  readonly stop: StopRequest;
  readonly guard: Guard;
  readonly dataDir: string;
}

async function main(): Promise<number> {
  const options = readOptions(Deno.args);
  if (options === undefined || typeof options === "string") {
    console.log(options === undefined ? HELP : `${options}\n\n${HELP}`);
    return options === undefined ? 0 : BAD_USAGE;
  }
  // The guard ends and removes what is left.
  const stop = new StopRequest(() => Deno.exit(INTERRUPTED));
  const guard = new Guard();
  const dataDir = await Deno.makeTempDir({ prefix: "innstream-load-" });
  await Deno.chmod(dataDir, 0o711);
  await guard.dir(dataDir);
  try {
    const held = await load({ options, stop, guard, dataDir });
    return held ? 0 : 1;
  } catch (error) {
    console.error(stop.reason ? `stopped: ${stop.reason.text}` : explain(error));
    return stop.reason ? INTERRUPTED : BROKEN;
  } finally {
    await Deno.remove(dataDir, { recursive: true }).catch(() => {});
    await guard.end();
    stop.end();
  }
}

async function load(run: Run): Promise<boolean> {
  const { options, stop, guard } = run;
  const { name, connections, seconds, rate } = options;
  const log = (line: string) => print("k6", line);
  const search = { root: ROOT, env: Deno.env.toObject(), log, signal: stop.signal };
  const { path: k6, version, from } = await k6Binary(search);
  print("k6", `${version} (${from})`);
  const target = await phase("target", () => targetOf(run), ({ url }) => `serves on ${url}`);
  try {
    print(name, `${connections} connections, ${rate} events/s, ${seconds} s; load average ${loadAverage()}`);
    const outDir = `${ROOT}/tests/load/out/${name}`;
    const onUsage = teller();
    const { signal } = stop;
    const lines = new FewLines(log);
    const tell = (line: string) => lines.line(line);
    const loaded = await runLoad({ ...options, target, k6, guard, outDir, signal, log: tell, onUsage })
      .finally(() => lines.end());
    for (const { title, about, columns, rows } of loaded.tables) printTable(title, about, columns, rows);
    console.log(`\nload average ${loadAverage()}; report and figures in tests/load/out/${name}`);
    console.log(loaded.held ? "every threshold held" : "NOT every threshold held");
    return loaded.held;
  } finally {
    print("stopping", target.url);
    await target.stop();
  }
}

async function targetOf({ options, stop, guard, dataDir }: Run): Promise<Target> {
  const { url, nats, name, connections, cluster } = options;
  const log = (line: string) => print("target", line);
  const { signal } = stop;
  if (url !== undefined) return await runningTarget(url, nats ?? NATS_DEFAULT);
  const env = SCRIPTS[name]!.env?.(connections) ?? {};
  if (cluster) {
    return await clusterTarget({ dataDir: `${dataDir}/cluster`, isTemporary: true, env, log, signal });
  }
  return await startTarget({ dataDir, guard, log, signal, env });
}

async function runningTarget(url: string, natsUrl: string): Promise<Target> {
  const known = await knownSecret();
  if ("missing" in known) throw new StartError(known.missing);
  const { secret } = known;
  return { url, natsUrl, secret, pids: () => ({}), crash: undefined, stop: () => Promise.resolve() };
}

async function clusterTarget(options: Parameters<typeof startCluster>[0]): Promise<Target> {
  const cluster = await startCluster({ ...options, seed: seedHouse });
  const { url, natsUrl, jwtSecret: secret, apps, nats, postgres } = cluster;
  const running = (members: readonly { pid: number | undefined }[]) =>
    members.flatMap(({ pid }) => pid ?? []);
  return {
    url,
    natsUrl,
    secret,
    pids: () => ({ app: running(apps), nats: running(nats), postgres: running([postgres]) }),
    crash: async () => {
      await apps[0]!.kill();
      await apps[0]!.start();
    },
    stop: () => cluster.stop(),
  };
}

/** Tells from time to time what the app takes. */
function teller(): (taken: Readonly<Record<string, Taken>>) => void {
  let samples = 0;
  return ({ app }) => {
    if (app === undefined || ++samples % TOLD_SAMPLES !== 0) return;
    print("app", `${Math.round(app.core)} % of a core, ${Math.round(app.mb)} MB`);
  };
}

function loadAverage(): string {
  return Deno.loadavg().map((load) => load.toFixed(2)).join(" ");
}

if (import.meta.main) Deno.exit(await main());
