import { readWorkerConfig } from "@/services/ocr/worker/config.ts";
import { workerArguments } from "@/services/ocr/worker/arguments.ts";

/** Starts one worker with the rights it needs and no more, and ends as it does. */
async function main(): Promise<number> {
  const config = readWorkerConfig(Deno.env.toObject());
  if ("problems" in config) {
    for (const problem of config.problems) console.error(problem);
    return 2;
  }
  const worker = new Deno.Command(Deno.execPath(), {
    args: workerArguments(config),
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
    // A Ctrl-C of the terminal reaches it through us, once.
    detached: true,
  }).spawn();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => worker.kill("SIGTERM"));
  }
  return (await worker.status).code;
}

if (import.meta.main) Deno.exit(await main());
