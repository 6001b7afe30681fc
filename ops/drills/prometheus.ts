import { stringify } from "yaml";
import { freePort } from "@/services/embedded/ports.ts";
import { ServerProcess } from "@/services/embedded/server_process.ts";
import type { Guard } from "@/services/embedded/guard.ts";
import { ruleFiles, RULES_DIR } from "../rules.ts";
import { scaledRules } from "./scaled.ts";

/** A minute of the rules is a second of a drill; of the promises, whose windows are days, six minutes are. */
export const CAUSES_FACTOR = 60;
export const PROMISES_FACTOR = 360;
const SCRAPE_INTERVAL = "250ms";
const EVALUATION_INTERVAL = "500ms";
const READY_MS = 20_000;
const POLL_MS = 100;
const STOP_MS = 5_000;

export interface Targets {
  /** `127.0.0.1:port` of each app, and of the worker. */
  readonly apps: readonly string[];
  readonly worker: string;
}

/** One alert as Prometheus has it. */
export interface Firing {
  readonly alert: string;
  readonly severity: string;
}

/** A real Prometheus with our rules, in which time runs faster. */
export class Prometheus {
  readonly #process: ServerProcess;
  readonly #url: string;

  private constructor(process: ServerProcess, url: string) {
    this.#process = process;
    this.#url = url;
  }

  static async start(
    { binary, dir, targets, guard }: { binary: string; dir: string; targets: Targets; guard: Guard },
  ): Promise<Prometheus> {
    writeConfig(dir, targets);
    const port = freePort();
    const process = new ServerProcess({
      name: "prometheus",
      command: binary,
      args: [
        `--config.file=${dir}/prometheus.yml`,
        `--storage.tsdb.path=${dir}/tsdb`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--log.level=warn",
      ],
      stopSignal: "SIGTERM",
      guard,
    });
    const prometheus = new Prometheus(process, `http://127.0.0.1:${port}`);
    await prometheus.#ready();
    return prometheus;
  }

  /** Every alert that fires now. */
  async firing(): Promise<readonly Firing[]> {
    const result = await this.query('ALERTS{alertstate="firing"}');
    return result.map(({ metric }) => ({ alert: metric.alertname!, severity: metric.severity! }));
  }

  /** The series and values of an expression, now. */
  async query(
    expr: string,
  ): Promise<readonly { readonly metric: Readonly<Record<string, string>>; readonly value: number }[]> {
    const response = await fetch(`${this.#url}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const { data, error } = await response.json();
    if (!response.ok) throw new Error(`Prometheus does not answer "${expr}": ${error}`);
    return data.result.map((
      { metric, value }: { metric: Record<string, string>; value: [number, string] },
    ) => ({
      metric,
      value: Number(value[1]),
    }));
  }

  async stop(): Promise<void> {
    await this.#process.stop(STOP_MS);
  }

  async #ready(): Promise<void> {
    for (const deadline = performance.now() + READY_MS;;) {
      const isReady = await fetch(`${this.#url}/-/ready`).then(async (response) => {
        await response.body?.cancel();
        return response.ok;
      }, () => false);
      if (isReady) return;
      if (!this.#process.running || performance.now() > deadline) {
        throw new Error(`Prometheus does not start: ${this.#process.lastLines().join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

function writeConfig(dir: string, { apps, worker }: Targets): void {
  for (const name of ruleFiles()) {
    const factor = name === "promises.yml" ? PROMISES_FACTOR : CAUSES_FACTOR;
    Deno.writeTextFileSync(
      `${dir}/${name}`,
      scaledRules(Deno.readTextFileSync(new URL(name, RULES_DIR)), factor),
    );
  }
  Deno.writeTextFileSync(
    `${dir}/prometheus.yml`,
    stringify({
      global: {
        scrape_interval: SCRAPE_INTERVAL,
        scrape_timeout: SCRAPE_INTERVAL,
        evaluation_interval: EVALUATION_INTERVAL,
      },
      rule_files: ruleFiles(),
      scrape_configs: [
        { job_name: "innstream-app", static_configs: [{ targets: apps }] },
        { job_name: "innstream-worker", static_configs: [{ targets: [worker] }] },
      ],
    }),
  );
}
