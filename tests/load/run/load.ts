import type { Guard } from "@/services/embedded/guard.ts";
import { ServerProcess } from "@/services/embedded/server_process.ts";
import { Ledger } from "./ledger.ts";
import type { Table } from "@/bench/common/table.ts";
import { reportTables, type Summary } from "./report.ts";
import { reportHtml } from "./report_html.ts";
import { ROOT, type Target } from "./target.ts";
import { type Taken, Usage } from "@/bench/common/taken.ts";

const K6_STOP_MS = 10_000;
/** A token outlives the run, whatever the run waits for. */
const TOKEN_SPARE_S = 3_600;
/** What k6 ends with where a threshold did not hold. */
const K6_THRESHOLDS = 99;
/** Points of k6's charts. */
const REPORT_POINTS = 60;
const REPORT_PERIOD_MIN_S = 1;

export interface Load {
  /** Of a script, as in scripts.ts. */
  readonly name: string;
  readonly connections: number;
  readonly seconds: number;
  /** Events in a second. */
  readonly rate: number;
  readonly target: Target;
  /** The k6 to run. */
  readonly k6: string;
  readonly guard: Guard;
  /** Absolute; the report and the summary go there. */
  readonly outDir: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Has k6 draw charts of its own too, which takes about as much CPU as all else it does. */
  readonly charts?: boolean;
  readonly onUsage?: (taken: Readonly<Record<string, Taken>>) => void;
}

export interface Loaded {
  /** Did all thresholds hold? */
  readonly held: boolean;
  readonly tables: readonly Table[];
  readonly summary: Summary;
}

/** The file of a script. */
export function scriptFile(name: string): string {
  return `${ROOT}/tests/load/${name.replaceAll("-", "_")}.ts`;
}

/** Runs one script against a target. Rejects where the script broke off. */
export async function runLoad(load: Load): Promise<Loaded> {
  const { name, connections, seconds, rate, target, outDir, guard, signal, onUsage } = load;
  await Deno.mkdir(outDir, { recursive: true });
  const summaryFile = `${outDir}/summary.json`;
  await Deno.remove(summaryFile).catch(() => {});
  const run = crypto.randomUUID().slice(0, 8);
  const samples: Readonly<Record<string, Taken>>[] = [];
  const ledger = await Ledger.open({
    target,
    run,
    // k6 too: where it has all the CPU that it gets, what it measures is itself.
    usage: new Usage(() => ({ ...target.pids(), k6: [k6.pid] })),
    tokenSeconds: seconds + TOKEN_SPARE_S,
    onUsage: (taken) => {
      samples.push(taken);
      onUsage?.(taken);
    },
  });
  const k6: ServerProcess = new ServerProcess({
    name: "k6",
    command: load.k6,
    args: [
      "run",
      "--quiet",
      "--no-usage-report",
      "--no-color",
      "--log-output=stderr",
      "--address=",
      scriptFile(name),
    ],
    cwd: ROOT,
    env: {
      LOAD_URL: target.url,
      LOAD_LEDGER: ledger.url,
      LOAD_RUN: run,
      LOAD_CONNECTIONS: String(connections),
      LOAD_SECONDS: String(seconds),
      LOAD_RATE: String(rate),
      LOAD_SUMMARY: summaryFile,
      // Memory for CPU, which it has too little of.
      GOGC: "1000",
      K6_WEB_DASHBOARD: String(load.charts ?? false),
      // The page without the server.
      K6_WEB_DASHBOARD_PORT: "-1",
      K6_WEB_DASHBOARD_EXPORT: `${outDir}/charts.html`,
      K6_WEB_DASHBOARD_PERIOD: `${Math.max(REPORT_PERIOD_MIN_S, Math.round(seconds / REPORT_POINTS))}s`,
    },
    stopSignal: "SIGINT",
    guard,
    onLine: load.log,
  });
  const onAbort = () => k6.kill("SIGINT");
  signal.addEventListener("abort", onAbort);
  try {
    if (signal.aborted) onAbort();
    const { code } = await k6.ended;
    signal.throwIfAborted();
    if (code !== 0 && code !== K6_THRESHOLDS) {
      throw new Error(`k6 ended with ${code}:\n${k6.lastLines().join("\n")}`);
    }
    const summary: Summary = JSON.parse(await Deno.readTextFile(summaryFile));
    const title =
      `${name}: ${connections} connections, ${seconds} s, on ${navigator.hardwareConcurrency} cores`;
    const tables = reportTables(title, summary);
    await Deno.writeTextFile(`${outDir}/report.html`, reportHtml({ title, tables, samples }));
    return { held: code === 0, tables, summary };
  } finally {
    signal.removeEventListener("abort", onAbort);
    await k6.stop(K6_STOP_MS);
    await ledger.close();
  }
}
