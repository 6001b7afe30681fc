// A day at once: everybody has a stream open, some talk, some upload documents, and the offices read and write over REST.
// What one of them does must not hold up what another one waits for.
import exec from "k6/execution";
import { ChatClient } from "./common/chat_client.ts";
import { tokens } from "./common/ledger.ts";
import { countLive, listening, openSockets, settle } from "./common/listening.ts";
import { chatLost } from "./common/metrics.ts";
import { workInTheOffice } from "./common/office.ts";
import { publishing } from "./common/publishing.ts";
import { CONNECTED_SECONDS, END_SECONDS, SETTINGS } from "./common/settings.ts";
import { STATS, SYSTEM_TAGS } from "./common/summary.ts";
import { elapsed, pause, until } from "./common/time.ts";
import { uploadFile } from "./common/upload_client.ts";
import { watchFrom, watching } from "./common/watching.ts";

export { publish } from "./common/publishing.ts";
export { handleSummary } from "./common/summary.ts";

/** One in so many talks; the rest only reads the stream. */
const TALKER_SHARE = 10;
const TALKERS = Math.min(100, Math.max(2, Math.ceil(SETTINGS.connections / TALKER_SHARE)));
/** Each talker says something once in this time. */
const SAY_SECONDS = 10;
const OFFICE_PER_SECOND = 5;
const UPLOADS_PER_MINUTE = 20;
/** People of the offices and uploads: none of them does more than a person does. */
const WORKERS = 40;
const TALKERS_SETTLE_SECONDS = 10;
const LOOK_MS = 100;

function arrivals(exec: string, rate: number, timeUnit: string) {
  return {
    executor: "constant-arrival-rate",
    exec,
    rate,
    timeUnit,
    startTime: `${CONNECTED_SECONDS}s`,
    duration: `${SETTINGS.seconds}s`,
    preAllocatedVUs: 5,
    maxVUs: 100,
    gracefulStop: "35s",
  } as const;
}

export const options = {
  scenarios: {
    listen: listening(END_SECONDS),
    publish: publishing(CONNECTED_SECONDS, SETTINGS.seconds),
    watch: watching(CONNECTED_SECONDS, SETTINGS.seconds),
    talk: {
      executor: "per-vu-iterations",
      exec: "talk",
      vus: 1,
      iterations: 1,
      maxDuration: `${END_SECONDS + TALKERS_SETTLE_SECONDS + 30}s`,
    },
    office: arrivals("office", OFFICE_PER_SECOND, "1s"),
    upload: arrivals("upload", UPLOADS_PER_MINUTE, "1m"),
  },
  summaryTrendStats: STATS,
  systemTags: SYSTEM_TAGS,
  thresholds: {
    connected: [`count>=${SETTINGS.connections}`],
    delivery: ["avg<100", "p(99)<250"],
    chat_ack: ["p(99)<500"],
    chat_delivery: ["p(99)<500"],
    upload: ["p(95)<3000"],
    uploads: ["count>0"],
    "http_req_duration{to:app}": ["p(99)<500"],
    errors: ["rate<0.001"],
    settled: [`count>=${SETTINGS.connections}`],
    events_lost: ["count==0"],
    events_doubled: ["count==0"],
    chat_lost: ["count==0"],
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

export async function talk(): Promise<void> {
  const people = tokens(0, TALKERS).map((token, i) => new ChatClient(`load-${i}`, token));
  await until(CONNECTED_SECONDS);
  const everySeconds = SAY_SECONDS / TALKERS;
  for (let n = 0; elapsed() < END_SECONDS; n++) {
    people[n % TALKERS]!.say(n);
    await until(CONNECTED_SECONDS + (n + 1) * everySeconds);
  }
  const missing = () => {
    const all = people.flatMap(({ acknowledged }) => [...acknowledged]);
    return people.reduce((sum, { seen }) => sum + all.filter((id) => !seen.has(id)).length, 0);
  };
  // At least as long as an ack of the last one may take.
  await until(END_SECONDS + 1);
  while (missing() > 0 && elapsed() < END_SECONDS + TALKERS_SETTLE_SECONDS) await pause(LOOK_MS);
  chatLost.add(missing());
  for (const person of people) person.end();
}

let workers: readonly string[] | undefined;

function worker(n: number): string {
  workers ??= tokens(SETTINGS.connections, WORKERS);
  return workers[n % WORKERS]!;
}

export function office(): void {
  const n = exec.scenario.iterationInTest;
  workInTheOffice(worker(n), n);
}

export function upload(): Promise<void> {
  return uploadFile(worker(exec.scenario.iterationInTest));
}

export function watch(): Promise<void> {
  return watchFrom(CONNECTED_SECONDS, SETTINGS.seconds);
}
