// The baseline: clients as they were before there was a stream, each with ten long polls that are asked again as soon as
// they are answered. To be held beside stream-1000: requests, CPU, latency.
import exec from "k6/execution";
import { published, tokens, wakePolls } from "./common/ledger.ts";
import { connected, doubled, lost, settled } from "./common/metrics.ts";
import { PollClient } from "./common/poll_client.ts";
import { publishing } from "./common/publishing.ts";
import { SETTINGS } from "./common/settings.ts";
import { STATS, SYSTEM_TAGS } from "./common/summary.ts";
import { elapsed, pause, until } from "./common/time.ts";
import { watchFrom, watching } from "./common/watching.ts";

export { publish } from "./common/publishing.ts";
export { handleSummary } from "./common/summary.ts";

const CLIENTS_PER_VU = 5;
const CLIENTS_PER_SECOND = 20;
const VUS = Math.ceil(SETTINGS.connections / CLIENTS_PER_VU);
const CONNECTED_SECONDS = 2 + Math.ceil(SETTINGS.connections / CLIENTS_PER_SECOND);
const END_SECONDS = CONNECTED_SECONDS + SETTINGS.seconds;
/** Polls that wait are given up then. */
const GIVEN_UP_SECONDS = END_SECONDS + 5;
const LOOK_MS = 250;

export const options = {
  scenarios: {
    poll: {
      executor: "per-vu-iterations",
      exec: "poll",
      vus: VUS,
      iterations: 1,
      maxDuration: `${GIVEN_UP_SECONDS + 30}s`,
    },
    publish: publishing(CONNECTED_SECONDS, SETTINGS.seconds),
    watch: watching(CONNECTED_SECONDS, SETTINGS.seconds),
  },
  summaryTrendStats: STATS,
  systemTags: SYSTEM_TAGS,
  thresholds: {
    connected: [`count>=${SETTINGS.connections}`],
    delivery: ["p(99)<1000"],
    errors: ["rate<0.001"],
    settled: [`count>=${SETTINGS.connections}`],
    events_lost: ["count==0"],
    events_doubled: ["count==0"],
    dropped_iterations: ["count==0"],
  },
};

export async function poll(): Promise<void> {
  const at = exec.scenario.iterationInTest;
  const from = at * CLIENTS_PER_VU;
  const clients: PollClient[] = [];
  for (const token of tokens(from, Math.min(CLIENTS_PER_VU, SETTINGS.connections - from))) {
    await until((clients.length * VUS + at) / CLIENTS_PER_SECOND);
    clients.push(new PollClient(token, GIVEN_UP_SECONDS));
  }
  await until(CONNECTED_SECONDS);
  connected.add(clients.filter(({ isPositioned }) => isPositioned).length);
  await until(END_SECONDS + 1);
  const all = published();
  const missing = () => clients.reduce((sum, { tally }) => sum + tally.missing(all), 0);
  while (missing() > 0 && elapsed() < GIVEN_UP_SECONDS) await pause(LOOK_MS);
  lost.add(missing());
  settled.add(clients.length);
  doubled.add(0);
  for (const client of clients) client.end();
  wakePolls();
}

export function watch(): Promise<void> {
  return watchFrom(CONNECTED_SECONDS, SETTINGS.seconds);
}
