import type { Registry } from "@/lib/metrics/registry.ts";
import { errorFields, type Log } from "@/services/log.ts";

/** What has to be asked for a scrape is waited for no longer; what was not answered keeps its last value. */
const MEASURE_MS = 2_000;
/** Scrapes within this time share one measurement: several servers may scrape, and none may burden the database. */
export const MEASURED_MS = 1_000;

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Sets gauges before a scrape. One that rejects is logged, one that hangs is not begun again; the scrape goes on. */
export type Measure = () => void | Promise<void>;

export interface MetricsOptions {
  readonly hostname: string;
  /** 0: a free one. */
  readonly port: number;
  readonly registry: Registry;
  readonly measures: readonly Measure[];
  readonly log: Log;
}

export interface MetricsEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `GET /metrics` on a port of its own, which nobody but Prometheus needs to reach. Throws where it is taken. */
export function serveMetrics({ hostname, port, registry, measures, log }: MetricsOptions): MetricsEndpoint {
  let measuring: Promise<unknown> | undefined;
  let measuredAt = -Infinity;
  const hanging = new Set<Measure>();
  const run = async (one: Measure) => {
    if (hanging.has(one)) return;
    hanging.add(one);
    try {
      await one();
    } catch (error) {
      log("warn", "a metric could not be measured", errorFields(error));
    }
    hanging.delete(one);
  };
  const measure = async () => {
    await within(MEASURE_MS, Promise.all(measures.map(run)));
    measuredAt = performance.now();
  };
  const ending = new AbortController();
  const options = { hostname, port, signal: ending.signal, onListen: () => {} };
  const server = Deno.serve(options, async (req) => {
    if (new URL(req.url).pathname !== "/metrics") return new Response("GET /metrics\n", { status: 404 });
    if (req.method !== "GET" && req.method !== "HEAD") {
      return new Response("GET /metrics\n", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    if (performance.now() - measuredAt >= MEASURED_MS) {
      await (measuring ??= measure().finally(() => measuring = undefined));
    }
    return new Response(req.method === "HEAD" ? null : registry.text(), {
      headers: { "content-type": CONTENT_TYPE, "cache-control": "no-store" },
    });
  });
  return {
    port: server.addr.port,
    async close() {
      // At once: who has not read its answer yet does without it, and nobody can hold the process up.
      ending.abort();
      await server.finished;
    },
  };
}

/** Waits for `done`, and no longer than `ms`. */
async function within(ms: number, done: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([done, late]);
  clearTimeout(timer);
}
