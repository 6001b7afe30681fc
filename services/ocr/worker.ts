import { log } from "@/services/log.ts";
import { readWorkerConfig } from "@/services/ocr/worker/config.ts";
import { startWorker } from "@/services/ocr/worker/start.ts";
import { configOrExit, runUntilEnd } from "@/services/process.ts";

/** The process of one OCR worker: configuration, parts, and an orderly end on a signal. */
if (import.meta.main) {
  const config = configOrExit(readWorkerConfig);
  await runUntilEnd("worker", log, async () => {
    const { broken, close, metricsPort } = await startWorker(config, log);
    log("info", "waiting for documents", {
      ...(metricsPort !== undefined && { metrics: `http://${config.metricsHost}:${metricsPort}/metrics` }),
      concurrency: config.concurrency,
      scans: config.clamav !== undefined,
    });
    return { broken, stop: close };
  });
}
