import { readWorkerConfig } from "@/services/ocr/worker/config.ts";
import { workerArguments } from "@/services/ocr/worker/arguments.ts";
import { runWithRights } from "@/services/run_with_rights.ts";

if (import.meta.main) Deno.exit(await runWithRights(readWorkerConfig, workerArguments));
