import type { Guard } from "./guard.ts";
import { PARENT_VARIABLE } from "./parent.ts";
import { removePidFile, writePidFile } from "./pid_files.ts";
import { ServerProcess } from "./server_process.ts";
import { StartError } from "./start_error.ts";
import { readWorkerConfig } from "@/services/ocr/worker/config.ts";
import { workerArguments } from "@/services/ocr/worker/arguments.ts";

/** The worker hands back what it reads and ends within this; then it is ended by force. */
export const WORKER_STOP_MS = 10_000;

export interface WorkerOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly env: Record<string, string>;
  readonly guard: Guard;
}

/** Starts an OCR worker as a child whose output is ours; `ready` settles when it waits for documents, or has ended. */
export function startWorker(
  { root, dataDir, env, guard }: WorkerOptions,
): { readonly worker: ServerProcess; readonly ready: Promise<void> } {
  const config = readWorkerConfig(env);
  if ("problems" in config) throw new StartError(config.problems.join("\n"));
  const { promise, resolve } = Promise.withResolvers<void>();
  // The worker has no use for the argument: see pid_files.ts.
  const mark = `--data-dir=${dataDir}`;
  const worker = new ServerProcess({
    name: "worker",
    command: Deno.execPath(),
    args: [...workerArguments(config), mark],
    cwd: root,
    env: { ...env, [PARENT_VARIABLE]: "1" },
    stopSignal: "SIGTERM",
    guard,
    holdsStdin: true,
    passOutput: true,
    onLine: (line) => line.includes('"waiting for documents"') && resolve(),
  });
  writePidFile(dataDir, { name: "worker", pid: worker.pid, mark, stopSignal: "SIGTERM" });
  void worker.ended.then(() => {
    removePidFile(dataDir, "worker");
    resolve();
  });
  return { worker, ready: promise };
}
