import { appArguments } from "@/services/app_arguments.ts";
import { readConfig } from "@/services/config.ts";
import { runWithRights } from "@/services/run_with_rights.ts";

if (import.meta.main) Deno.exit(await runWithRights(readConfig, appArguments));
