import { SETTINGS } from "./settings.ts";

/** What of a metric's values goes into the summary; `count` is there for thresholds of it. */
export const STATS = ["avg", "min", "med", "p(95)", "p(99)", "max", "count"] as const;

/** Writes the figures to where the runner reads them; k6 prints nothing. */
export function handleSummary(data: object): Record<string, string> {
  return { [SETTINGS.summaryFile]: JSON.stringify(data) };
}
