import exec from "k6/execution";
import http from "k6/http";
import { notePublished, publishOverNats, tokens } from "./ledger.ts";
import { errors } from "./metrics.ts";
import { SETTINGS } from "./settings.ts";

/** People who write; the server counts what each of them does. */
const WRITERS = 50;
const PROPERTY_ID = 1;

let writers: readonly string[] | undefined;

/** The scenario that publishes at a steady rate while everybody listens. */
export function publishing(startSeconds: number, seconds: number) {
  return {
    executor: "constant-arrival-rate",
    exec: "publish",
    rate: SETTINGS.rate,
    timeUnit: "1s",
    startTime: `${startSeconds}s`,
    duration: `${seconds}s`,
    preAllocatedVUs: 10,
    maxVUs: 100,
    gracefulStop: "15s",
  } as const;
}

/** Publishes one event: every other one over REST, which commits it first. */
export function publish(): void {
  const n = exec.scenario.iterationInTest;
  const done = n % 2 === 0 ? createTask(n) : publishOverNats(n);
  errors.add(!done);
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
