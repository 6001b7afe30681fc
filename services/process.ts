import { endWithParent, PARENT_VARIABLE } from "@/services/embedded/parent.ts";
import { errorFields, type Log } from "@/services/log.ts";
import { keepSecretsOutOfSpans } from "@/services/metrics/traces.ts";
import { withSecrets } from "@/services/secret_files.ts";

/** From the signal to the end of the process. */
export const STOP_MS = 9_500;
/** What the network does, as opposed to a bug. */
const BROKEN_CONNECTION: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ETIMEDOUT"]);

/** A process of ours that runs until it is told to end. */
export interface Runnable {
  /** Settles when it cannot do its work any more, with the reason. */
  readonly broken: Promise<string>;
  /** Finishes what is under way and ends every part. */
  stop(): Promise<void>;
}

/** What `read` makes of the environment and of the files of secrets that it names; where that is wrong, the process says so, a line each, and ends with 2. */
export function configOrExit<T extends object>(
  read: (env: Record<string, string>) => T | { readonly problems: readonly string[] },
): T {
  const whole = withSecrets(Deno.env.toObject());
  const config = "problems" in whole ? whole : read(whole.env);
  if (!("problems" in config)) return config;
  for (const problem of config.problems) console.error(problem);
  Deno.exit(2);
}

/** Starts `name` and keeps the process alive for it, until a signal, the launcher's end, or its own. */
export async function runUntilEnd(name: string, log: Log, start: () => Promise<Runnable>): Promise<void> {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log("error", "a rejection was not handled", errorFields(event.reason));
  });
  globalThis.addEventListener("error", (event) => {
    // A connection that breaks at the wrong moment throws where nobody can catch it; those that need it reconnect.
    if (!BROKEN_CONNECTION.has(event.error?.code)) return;
    event.preventDefault();
    log("warn", "a connection broke", errorFields(event.error));
  });
  try {
    await keepSecretsOutOfSpans();
    const running = await start();
    endOnSignal(log, running);
    void running.broken.then((why) => {
      // Whoever started this process starts another: it must not linger and refuse everybody.
      log("error", `the ${name} cannot go on`, { why });
      Deno.exit(1);
    });
  } catch (error) {
    log("error", `the ${name} could not start`, errorFields(error));
    Deno.exit(1);
  }
}

function endOnSignal(log: Log, running: Runnable): void {
  let ending = false;
  const end = (why: string) => {
    if (ending) return;
    ending = true;
    log("info", "stopping", { why });
    setTimeout(() => Deno.exit(1), STOP_MS);
    running.stop().then(() => Deno.exit(0), (error) => {
      log("error", "stopping failed", errorFields(error));
      Deno.exit(1);
    });
  };
  Deno.addSignalListener("SIGTERM", () => end("SIGTERM"));
  Deno.addSignalListener("SIGINT", () => end("SIGINT"));
  if (Deno.env.get(PARENT_VARIABLE) === "1") endWithParent(() => end("the launcher is gone"));
}
