// All sockets are dropped at once, as when a network goes; later the app is killed, as when a machine goes. Everybody comes
// back with the position they have, while events go on: each gets every event, once.
import { Counter, Trend } from "k6/metrics";
import { crash } from "./common/ledger.ts";
import { countLive, listening, openSockets, settle } from "./common/listening.ts";
import { publishing } from "./common/publishing.ts";
import { CONNECTED_SECONDS, END_SECONDS, SETTINGS } from "./common/settings.ts";
import { STATS, SYSTEM_TAGS } from "./common/summary.ts";
import { elapsed, until } from "./common/time.ts";
import { watchFrom, watching } from "./common/watching.ts";

export { publishUntilDone } from "./common/publishing.ts";
export { handleSummary } from "./common/summary.ts";

const DROP_SECONDS = CONNECTED_SECONDS + SETTINGS.seconds * 0.2;
const CRASH_SECONDS = CONNECTED_SECONDS + SETTINGS.seconds * 0.5;

const cameBack = new Counter("came_back");
/** From the break to the first event that happened after the return: nothing before it is missing then. */
const backAfterDrop = new Trend("back_after_drop", true);
/** The same; in it is the time that the app takes to start. */
const backAfterCrash = new Trend("back_after_crash", true);

export const options = {
  scenarios: {
    listen: listening(END_SECONDS),
    publish: publishing(CONNECTED_SECONDS, SETTINGS.seconds, "publishUntilDone"),
    watch: watching(CONNECTED_SECONDS, SETTINGS.seconds),
    kill: {
      executor: "per-vu-iterations",
      exec: "kill",
      vus: 1,
      iterations: 1,
      startTime: `${CRASH_SECONDS}s`,
      maxDuration: "90s",
    },
  },
  summaryTrendStats: STATS,
  systemTags: SYSTEM_TAGS,
  thresholds: {
    connected: [`count>=${SETTINGS.connections}`],
    came_back: [`count>=${SETTINGS.connections}`],
    back_after_drop: ["p(99)<5000"],
    back_after_crash: ["p(99)<15000"],
    errors: ["rate<0.001"],
    settled: [`count>=${SETTINGS.connections}`],
    events_lost: ["count==0"],
    events_doubled: ["count==0"],
    gaps: ["count==0"],
    dropped_iterations: ["count==0"],
  },
};

export async function listen(): Promise<void> {
  const clients = await openSockets({
    comesBack: true,
    onBack: (ms) => {
      cameBack.add(1);
      (elapsed() < CRASH_SECONDS ? backAfterDrop : backAfterCrash).add(ms);
    },
  });
  await until(CONNECTED_SECONDS);
  countLive(clients);
  await until(DROP_SECONDS);
  for (const client of clients) client.drop();
  await settle(clients, END_SECONDS);
}

export function kill(): void {
  if (!crash()) console.log("the app is not ours to kill: this part is left out");
}

export function watch(): Promise<void> {
  return watchFrom(CONNECTED_SECONDS, SETTINGS.seconds);
}
