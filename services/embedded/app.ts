import { appArguments } from "@/services/app_arguments.ts";
import { type Config, readConfig } from "@/services/config.ts";
import type { Guard } from "./guard.ts";
import { PARENT_VARIABLE } from "./parent.ts";
import { removePidFile, writePidFile } from "./pid_files.ts";
import { ServerProcess } from "./server_process.ts";
import { StartError } from "./start_error.ts";

const READY_MS = 60_000;
const READY_POLL_MS = 50;
const PROBE_MS = 2_000;
/** The app drains its sockets and ends within this; then it is ended by force. */
export const APP_STOP_MS = 10_000;

export interface AppOptions {
  root: string;
  dataDir: string;
  host: string;
  port: number;
  env: Record<string, string>;
  guard: Guard;
  /** Pages are built on the fly, and the app starts again when a file changes. */
  dev: boolean;
}

/** Starts the app as a child whose output is ours; it serves when `untilReady` settles. */
export function startApp(
  { root, dataDir, env, guard, dev }: AppOptions,
): ServerProcess {
  // The app has no use for the argument: it tells the process apart from every other one (see pid_files.ts).
  const mark = `--data-dir=${dataDir}`;
  const app = new ServerProcess({
    name: "app",
    command: Deno.execPath(),
    args: dev
      ? ["run", "-A", "--watch", "--no-clear-screen", `${root}/dev.ts`, mark]
      : [...appArguments(configOf(env)), mark],
    cwd: root,
    env: { ...env, [PARENT_VARIABLE]: "1" },
    stopSignal: "SIGTERM",
    guard,
    holdsStdin: true,
    passOutput: true,
  });
  writePidFile(dataDir, {
    name: "app",
    pid: app.pid,
    mark,
    stopSignal: "SIGTERM",
  });
  void app.ended.then(() => removePidFile(dataDir, "app"));
  return app;
}

function configOf(env: Record<string, string>): Config {
  const config = readConfig(env);
  if ("problems" in config) throw new StartError(config.problems.join("\n"));
  return config;
}

/** Waits until the app says that it is ready; rejects with StartError after 60 s. */
export async function untilReady(
  url: string,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + READY_MS;
  let last = "no answer";
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    try {
      const response = await fetch(`${url}/health/ready`, {
        signal: AbortSignal.timeout(PROBE_MS),
      });
      const text = await response.text();
      if (response.status === 200) return;
      last = `${response.status} ${text.slice(0, 500)}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
      // The list of ports that fetch refuses is the browsers' own: no page could be opened there.
      if (/port \d+ are blocked/.test(last)) {
        throw new StartError(`starting the app: browsers refuse to open ${url}, choose another PORT`);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  throw new StartError(
    `starting the app: ${url}/health/ready is not 200 after ${READY_MS / 1000} s: ${last}`,
  );
}
