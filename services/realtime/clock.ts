import type { Clock } from "@/lib/realtime/ports.ts";

/** The clock of the process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
