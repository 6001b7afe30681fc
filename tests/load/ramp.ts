// Up to the cap of connections and beyond it: who is too many is refused with 503 server_full and told when to come back,
// those inside get every event, and a place that becomes free is taken again.
import exec from "k6/execution";
import http from "k6/http";
import { Rate } from "k6/metrics";
import { tokens } from "./common/ledger.ts";
import { countLive, listening, openSockets, settle } from "./common/listening.ts";
import { publishing } from "./common/publishing.ts";
import { CONNECTED_SECONDS, END_SECONDS, SETTINGS } from "./common/settings.ts";
import { StreamClient } from "./common/stream_client.ts";
import { STATS, SYSTEM_TAGS } from "./common/summary.ts";
import { elapsed, pause, until } from "./common/time.ts";
import { watchFrom, watching } from "./common/watching.ts";

export { publish } from "./common/publishing.ts";
export { handleSummary } from "./common/summary.ts";

/** One in so many more than there are places for. */
const BEYOND_SHARE = 20;
const BEYOND = Math.max(5, Math.ceil(SETTINGS.connections / BEYOND_SHARE));
const BEYOND_SECONDS = CONNECTED_SECONDS + SETTINGS.seconds * 0.25;
const FREE_SECONDS = CONNECTED_SECONDS + SETTINGS.seconds * 0.75;
const SERVER_FULL = 503;
/** A nonce, which no two handshakes need to differ in. */
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

const refused = new Rate("refused_as_documented");
const takenAgain = new Rate("free_place_taken");

export const options = {
  scenarios: {
    listen: listening(END_SECONDS),
    publish: publishing(CONNECTED_SECONDS, SETTINGS.seconds),
    watch: watching(CONNECTED_SECONDS, SETTINGS.seconds),
    beyond: {
      executor: "per-vu-iterations",
      exec: "beyond",
      vus: 1,
      iterations: 1,
      startTime: `${BEYOND_SECONDS}s`,
      maxDuration: `${SETTINGS.seconds + 60}s`,
    },
  },
  summaryTrendStats: STATS,
  systemTags: SYSTEM_TAGS,
  thresholds: {
    connected: [`count>=${SETTINGS.connections}`],
    refused_as_documented: ["rate==1"],
    free_place_taken: ["rate==1"],
    delivery: ["p(99)<1000"],
    errors: ["rate<0.001"],
    settled: [`count>=${SETTINGS.connections - 1}`],
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
  if (exec.scenario.iterationInTest === 0) {
    await until(FREE_SECONDS);
    // It has got all that it will get: only those that stay are asked for the rest.
    clients.pop()!.end();
  }
  await settle(clients, END_SECONDS);
}

export async function beyond(): Promise<void> {
  const [last, ...people] = tokens(SETTINGS.connections, BEYOND + 1);
  for (const token of people) refused.add(isRefused(token));
  await until(FREE_SECONDS + 0.5);
  const client = new StreamClient({ token: last! });
  while (!client.isLive && elapsed() < END_SECONDS) await pause(50);
  takenAgain.add(client.isLive);
  client.end();
}

/** k6's sockets do not tell how an upgrade was refused; a plain request with the same headers does. */
function isRefused(token: string): boolean {
  const response = http.get(`${SETTINGS.url}/v2/realtime/stream`, {
    headers: {
      authorization: `Bearer ${token}`,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": KEY,
    },
    responseCallback: http.expectedStatuses(SERVER_FULL),
    tags: { to: "app", name: "one too many" },
    timeout: "10s",
  });
  return response.status === SERVER_FULL && response.json("code") === "server_full" &&
    Number(response.headers["Retry-After"]) > 0;
}

export function watch(): Promise<void> {
  return watchFrom(CONNECTED_SECONDS, SETTINGS.seconds);
}
