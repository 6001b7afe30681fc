import { sampleUsage } from "./ledger.ts";
import { pause, until } from "./time.ts";

const SAMPLE_SECONDS = 1;

/** The scenario that looks at the processes while there is load. */
export function watching(startSeconds: number, seconds: number) {
  return {
    executor: "per-vu-iterations",
    exec: "watch",
    vus: 1,
    iterations: 1,
    maxDuration: `${startSeconds + seconds + 30}s`,
  } as const;
}

/** Samples once a second from one moment of the run to another. */
export async function watchFrom(startSeconds: number, seconds: number): Promise<void> {
  await until(startSeconds);
  sampleUsage();
  for (let s = SAMPLE_SECONDS; s <= seconds; s += SAMPLE_SECONDS) {
    await until(startSeconds + s);
    sampleUsage();
  }
  await pause(0);
}
