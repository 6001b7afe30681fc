import { type Config, readConfig } from "@/services/config.ts";
import { endWithParent } from "@/services/embedded/parent.ts";
import { problemResponse, PROBLEMS } from "@/lib/protocol/problems.ts";
import { errorFields, type Log, log } from "@/services/log.ts";
import { type Services, startServices } from "@/services/services.ts";

/** Connections that wait to be accepted: everyone comes back at once after a drop. The system's own limit may be lower. */
const BACKLOG = 4_096;
/** From the signal to the end of the process. */
export const STOP_MS = 9_500;
/** Requests under way when the listener is closed get this long. */
const REQUESTS_MS = 5_000;
/** What the network does, as opposed to a bug. */
const BROKEN_CONNECTION: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ETIMEDOUT"]);

export type Fetch = (req: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => Response | Promise<Response>;

export interface Running {
  readonly port: number;
  /** Settles when this instance cannot serve any more, with the reason; never while it is told to stop. */
  readonly broken: Promise<string>;
  /** Sends the clients elsewhere, finishes what is under way, ends every part. Safe to call twice. */
  stop(): Promise<void>;
}

/** Serves `fetch` with services that run. */
export function listen(services: Services, fetch: Fetch): Running {
  const { config: { host, port }, log } = services;
  const server = Deno.serve(
    { hostname: host, port, tcpBacklog: BACKLOG, onListen: () => {} },
    async (req, info) => {
      try {
        return await fetch(req, info);
      } catch (error) {
        // A malformed percent escape throws out of Fresh before any middleware runs.
        if (error instanceof URIError) {
          return problemResponse({
            code: "bad_request",
            detail: "the path is not UTF-8",
          });
        }
        log("error", "a request failed", errorFields(error));
        return problemResponse({ code: "internal", detail: PROBLEMS.internal[1] });
      }
    },
  );
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await services.drain();
    const shutdown = server.shutdown();
    await Promise.race([shutdown, new Promise((resolve) => setTimeout(resolve, REQUESTS_MS))]);
    await services.close();
  };
  const broken = Promise.race([
    server.finished.then(() => "the listener has ended: are there file descriptors left?"),
    services.nats.closed().then(() => "the connection to NATS is closed for good"),
  ]).then((why) => stopping === undefined ? why : new Promise<string>(() => {}));
  return { port: (server.addr as Deno.NetAddr).port, broken, stop: () => stopping ??= stop() };
}

/** The process of one app instance: configuration, services, listener, and an orderly end on a signal. */
export async function runProcess(
  provide: (services: Services) => void,
  loadFetch: () => Promise<Fetch>,
): Promise<void> {
  const config = configOrExit();
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
    const services = await startServices(config, log);
    provide(services);
    const running = listen(services, await loadFetch());
    log("info", "listening", { url: `http://${config.host}:${running.port}` });
    onEnd(log, running);
    void running.broken.then((why) => {
      // Whoever started this process starts another: it must not linger and refuse everybody.
      log("error", "this instance cannot serve any more", { why });
      Deno.exit(1);
    });
  } catch (error) {
    log("error", "the app could not start", errorFields(error));
    Deno.exit(1);
  }
}

function configOrExit(): Config {
  const config = readConfig(Deno.env.toObject());
  if (!("problems" in config)) return config;
  for (const problem of config.problems) console.error(problem);
  Deno.exit(2);
}

function onEnd(log: Log, running: Running): void {
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
  if (Deno.env.get("INNSTREAM_PARENT") === "1") endWithParent(() => end("the launcher is gone"));
}
