import exec from "k6/execution";

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

/** Seconds since the run began: the same clock for all virtual users. */
export function elapsed(): number {
  return exec.instance.currentTestRunDuration / 1000;
}

export function until(seconds: number): Promise<void> {
  return pause((seconds - elapsed()) * 1000);
}
