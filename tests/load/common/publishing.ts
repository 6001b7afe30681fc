import { sleep } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { notePublished, publishOverNats, tokens } from "./ledger.ts";
import { errors, repeats } from "./metrics.ts";
import { SETTINGS } from "./settings.ts";

/** People who write; the server counts what each of them does. */
const WRITERS = 50;
const PROPERTY_ID = 1;

let writers: readonly string[] | undefined;

/** How long an event is tried again for. */
const TRIES_MS = 30_000;
const AGAIN_SECONDS = 0.25;
/** An app that was killed is back by then. */
const AWAY_SECONDS = 6;

/** The scenario that publishes at a steady rate while everybody listens. */
export function publishing(startSeconds: number, seconds: number, exec = "publish") {
  // Each waits for an answer: with `publishUntilDone` as many as an app that is away leaves waiting, and made before,
  // since making them takes time.
  const vus = 10 + SETTINGS.rate * (exec === "publish" ? 1 : AWAY_SECONDS);
  return {
    executor: "constant-arrival-rate",
    exec,
    rate: SETTINGS.rate,
    timeUnit: "1s",
    startTime: `${startSeconds}s`,
    duration: `${seconds}s`,
    preAllocatedVUs: vus,
    maxVUs: vus * 5,
    gracefulStop: `${TRIES_MS / 1000}s`,
  } as const;
}

/** Publishes one event: every other one over REST, which commits it first. */
export function publish(): void {
  const n = exec.scenario.iterationInTest;
  const done = n % 2 === 0 ? createTask(n) : publishOverNats(n);
  errors.add(!done);
}

/** The same where the app may be away: what is not acknowledged is sent again, as who depends on it does. */
export function publishUntilDone(): void {
  const n = exec.scenario.iterationInTest;
  for (const began = Date.now(); Date.now() - began < TRIES_MS; sleep(AGAIN_SECONDS)) {
    if (n % 2 === 0 ? createTask(n) : publishOverNats(n)) return errors.add(false);
    repeats.add(1);
  }
  errors.add(true);
}

/** Creates a task that carries the number, and tells whether that was acknowledged. */
export function createTask(n: number): boolean {
  writers ??= tokens(0, WRITERS);
  const response = http.post(
    `${SETTINGS.url}/tasks/task`,
    JSON.stringify({ propertyId: PROPERTY_ID, title: `load ${SETTINGS.run} ${n}` }),
    {
      headers: {
        authorization: `Bearer ${writers[n % writers.length]}`,
        "content-type": "application/json",
        "idempotency-key": `load-${SETTINGS.run}-${n}`,
      },
      tags: { to: "app", name: "create task" },
      timeout: "10s",
    },
  );
  if (response.status !== 201) return false;
  notePublished(n);
  return true;
}
