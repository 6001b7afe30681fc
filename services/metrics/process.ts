import process from "node:process";
import type { MetricName } from "@/lib/metrics/catalogue.ts";
import type { Registry } from "@/lib/metrics/registry.ts";

const LAG_LOOK_MS = 250;
const MICROS_PER_S = 1_000_000;

/** What every process of ours tells about itself. */
export const PROCESS_METRICS = [
  "innstream_build_info",
  "process_cpu_seconds_total",
  "process_resident_memory_bytes",
  "process_start_time_seconds",
  "innstream_event_loop_lag_seconds",
  "innstream_failures_total",
  "innstream_nats_connected",
  "innstream_nats_reconnects_total",
  "innstream_postgres_up",
  "innstream_events_published_total",
  "innstream_event_publish_seconds",
] as const satisfies readonly MetricName[];

/** Measures the process itself: what it is at once, and from now on how late its timers run. */
export function watchProcess(
  registry: Registry,
  name: "app" | "worker",
): { readonly measure: () => void; readonly close: () => void } {
  registry.set("innstream_build_info", { process: name, version: VERSION, deno: Deno.version.deno }, 1);
  registry.set("process_start_time_seconds", {}, Date.now() / 1000 - performance.now() / 1000);
  let due = performance.now() + LAG_LOOK_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    registry.observe("innstream_event_loop_lag_seconds", {}, Math.max(0, now - due) / 1000);
    due = now + LAG_LOOK_MS;
  }, LAG_LOOK_MS);
  return {
    measure() {
      const { user, system } = process.cpuUsage();
      registry.set("process_cpu_seconds_total", {}, (user + system) / MICROS_PER_S);
      registry.set("process_resident_memory_bytes", {}, Deno.memoryUsage().rss);
    },
    close: () => clearInterval(timer),
  };
}

/** Raised with each release; see the changes in git. */
export const VERSION = "1.0.0";
