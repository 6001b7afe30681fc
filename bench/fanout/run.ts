import { natsBinary } from "@/services/embedded/nats_binary.ts";
import { build, OUT, versions } from "./build.ts";
import { stopAll } from "../common/child.ts";
import { checkClaims, printClaims } from "./claims.ts";
import { drive } from "./driver.ts";
import type { Run } from "./figures.ts";
import { type Case, type Options, parseOptions, plan, USAGE } from "./plan.ts";
import { printReport } from "./report.ts";
import { ROOT, stopBacking } from "../common/innstream.ts";
import { startServer } from "./servers.ts";

/** Exit code of a process ended by Ctrl-C. */
const INTERRUPTED = 130;
const BAD_USAGE = 2;

/** Builds, runs the matrix, prints the tables, writes out/result.json. Answers the exit code. */
export async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (typeof options === "string" || args.includes("--help")) {
    console.error(
      typeof options === "string" ? `${options}\n\n${USAGE}` : USAGE,
    );
    return BAD_USAGE;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(
      signal,
      () => void stopEverything().finally(() => Deno.exit(INTERRUPTED)),
    );
  }
  try {
    await build();
    return await measure(options);
  } finally {
    await stopEverything();
  }
}

async function measure(options: Options): Promise<number> {
  const cases = plan(options);
  const needsNats = cases.some(({ server }) => server.startsWith("innstream"));
  const search = { root: ROOT, env: Deno.env.toObject(), log: console.error };
  const used = await versions(needsNats ? (await natsBinary(search)).path : undefined);
  console.log(Object.entries(used).map(([name, version]) => `${name} ${version}`).join(", "));
  const { runs, failures } = await runRounds(cases, options.rounds);
  printReport(runs);
  const claims = checkClaims(runs);
  printClaims(claims);
  const result = { at: new Date().toISOString(), versions: used, options, claims, failures, runs };
  await Deno.writeTextFile(`${OUT}result.json`, JSON.stringify(result, null, 1));
  console.log(`\nall figures: bench/fanout/out/result.json`);
  if (failures.length > 0) console.error(`\n${failures.length} not measured:\n${failures.join("\n")}`);
  return failures.length > 0 ? 1 : 0;
}

async function runRounds(cases: Case[], rounds: number): Promise<{ runs: Run[]; failures: string[] }> {
  const runs: Run[] = [];
  const failures: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const [place, one] of cases.entries()) {
      const { section, server, load } = one;
      const name = `${section} ${server}${load.orgs === undefined ? "" : ` ${load.orgs} organisations`}`;
      console.log(`round ${round}/${rounds}, ${place + 1}/${cases.length}: ${name}`);
      try {
        runs.push({ round, case: one, report: await runCase(one) });
      } catch (error) {
        // After a Ctrl-C, what has been measured so far is still worth its tables.
        if (stopping !== undefined) return { runs, failures };
        // One server that does not start must not cost the figures of the others.
        failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
        console.error(failures.at(-1));
      }
    }
  }
  return { runs, failures };
}

async function runCase({ server, load }: Case): Promise<Run["report"]> {
  const running = await startServer(server);
  try {
    return await drive(running, load);
  } finally {
    await running.stop();
  }
}

let stopping: Promise<void> | undefined;

/** Once, whoever asks: the end of the run, or a Ctrl-C in the middle of it. */
function stopEverything(): Promise<void> {
  return stopping ??= stopAll().then(stopBacking);
}
