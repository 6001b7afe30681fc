// The promise of the stream: a thousand sockets of one organisation, each with all ten services, and 20 events a second,
// half of them committed over REST and half published over NATS. Every socket gets every event once.
import { countLive, listening, openSockets, settle } from "./common/listening.ts";
import { publishing } from "./common/publishing.ts";
import { CONNECTED_SECONDS, END_SECONDS, SETTINGS } from "./common/settings.ts";
import { STATS, SYSTEM_TAGS } from "./common/summary.ts";
import { until } from "./common/time.ts";
import { watchFrom, watching } from "./common/watching.ts";

export { publish } from "./common/publishing.ts";
export { handleSummary } from "./common/summary.ts";

export const options = {
  scenarios: {
    listen: listening(END_SECONDS),
    publish: publishing(CONNECTED_SECONDS, SETTINGS.seconds),
    watch: watching(CONNECTED_SECONDS, SETTINGS.seconds),
  },
  summaryTrendStats: STATS,
  systemTags: SYSTEM_TAGS,
  thresholds: {
    connected: [`count>=${SETTINGS.connections}`],
    delivery: ["avg<100", "p(99)<100"],
    app_cpu_percent_of_machine: ["avg<50"],
    app_memory_mb: ["max<2048"],
    errors: ["rate<0.001"],
    settled: [`count>=${SETTINGS.connections}`],
    events_lost: ["count==0"],
    events_doubled: ["count==0"],
    gaps: ["count==0"],
    dropped_iterations: ["count==0"],
  },
};

export async function listen(): Promise<void> {
  const clients = await openSockets();
  await until(CONNECTED_SECONDS);
  countLive(clients);
  await settle(clients, END_SECONDS);
}

export function watch(): Promise<void> {
  return watchFrom(CONNECTED_SECONDS, SETTINGS.seconds);
}
