import { readConfig } from "@/services/config.ts";
import { problemResponse } from "@/lib/protocol/problems.ts";
import { countRequest } from "@/services/http/counted.ts";
import { REQUEST_ID_HEADER } from "@/services/http/identified.ts";
import { SECURITY_HEADERS } from "@/services/http/secured.ts";
import { errorFields, log } from "@/services/log.ts";
import { configOrExit, type Runnable, runUntilEnd } from "@/services/process.ts";
import { type Services, startServices } from "@/services/services.ts";

/** Connections that wait to be accepted: everyone comes back at once after a drop. The system's own limit may be lower. */
const BACKLOG = 4_096;
/** Requests under way when the listener is closed get this long. */
const REQUESTS_MS = 5_000;

export type Fetch = (req: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => Response | Promise<Response>;

/** Stopping sends the clients elsewhere first. */
export interface Running extends Runnable {
  readonly port: number;
}

/** Serves `fetch` with services that run. */
export function listen(services: Services, fetch: Fetch): Running {
  const { config: { host, port }, log } = services;
  const server = Deno.serve(
    { hostname: host, port, tcpBacklog: BACKLOG, onListen: () => {} },
    async (req, info) => {
      const began = performance.now();
      const { method } = req;
      const count = (status: number) =>
        countRequest(services.registry, { method, status, seconds: (performance.now() - began) / 1000 });
      try {
        return await fetch(req, info);
      } catch (error) {
        // A malformed percent escape throws out of Fresh before any middleware runs.
        if (error instanceof URIError) {
          count(400);
          return problemResponse({
            code: "bad_request",
            detail: "the path is not UTF-8",
          });
        }
        count(500);
        const requestId = crypto.randomUUID();
        log("error", "a request failed", { requestId, ...errorFields(error) });
        return problemResponse({ code: "internal", detail: `request ${requestId}` }, {
          ...SECURITY_HEADERS,
          [REQUEST_ID_HEADER]: requestId,
        });
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
  const config = configOrExit(readConfig);
  await runUntilEnd("app", log, async () => {
    const services = await startServices(config, log);
    provide(services);
    const running = listen(services, await loadFetch());
    const { metricsHost } = config;
    const metrics = services.metricsEndpoint &&
      `http://${metricsHost}:${services.metricsEndpoint.port}/metrics`;
    log("info", "listening", { url: `http://${config.host}:${running.port}`, metrics });
    return running;
  });
}
