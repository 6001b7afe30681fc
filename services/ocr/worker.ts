import { endWithParent, PARENT_VARIABLE } from "@/services/embedded/parent.ts";
import { errorFields, log } from "@/services/log.ts";
import { readWorkerConfig, type WorkerConfig } from "@/services/ocr/worker/config.ts";
import { startWorker, type Worker } from "@/services/ocr/worker/start.ts";

/** From the signal to the end of the process. */
const STOP_MS = 9_500;
/** What the network does, as opposed to a bug. */
const BROKEN_CONNECTION: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ETIMEDOUT"]);

/** The process of one OCR worker: configuration, parts, and an orderly end on a signal. */
async function run(): Promise<void> {
  const config = configOrExit();
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log("error", "a rejection was not handled", errorFields(event.reason));
  });
  globalThis.addEventListener("error", (event) => {
    if (!BROKEN_CONNECTION.has(event.error?.code)) return;
    event.preventDefault();
    log("warn", "a connection broke", errorFields(event.error));
  });
  try {
    const worker = await startWorker(config, log);
    log("info", "waiting for documents", {
      concurrency: config.concurrency,
      scans: config.clamav !== undefined,
    });
    onEnd(worker);
    void worker.broken.then((why) => {
      log("error", "this worker cannot read any more", { why });
      Deno.exit(1);
    });
  } catch (error) {
    log("error", "the worker could not start", errorFields(error));
    Deno.exit(1);
  }
}

function configOrExit(): WorkerConfig {
  const config = readWorkerConfig(Deno.env.toObject());
  if (!("problems" in config)) return config;
  for (const problem of config.problems) console.error(problem);
  Deno.exit(2);
}

function onEnd(worker: Worker): void {
  let ending = false;
  const end = (why: string) => {
    if (ending) return;
    ending = true;
    log("info", "stopping", { why });
    setTimeout(() => Deno.exit(1), STOP_MS);
    worker.close().then(() => Deno.exit(0), (error) => {
      log("error", "stopping failed", errorFields(error));
      Deno.exit(1);
    });
  };
  Deno.addSignalListener("SIGTERM", () => end("SIGTERM"));
  Deno.addSignalListener("SIGINT", () => end("SIGINT"));
  if (Deno.env.get(PARENT_VARIABLE) === "1") endWithParent(() => end("the launcher is gone"));
}

if (import.meta.main) await run();
