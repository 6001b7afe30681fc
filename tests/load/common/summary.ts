import { SETTINGS } from "./settings.ts";

/** What of a metric's values goes into the summary; `count` is there for thresholds of it. */
export const STATS = ["avg", "min", "med", "p(95)", "p(99)", "max", "count"] as const;

/** Those of k6's tags that something here asks for: each is looked at with every figure. */
export const SYSTEM_TAGS = ["name", "scenario", "expected_response"] as const;

/** Writes the figures to where the runner reads them; k6 prints nothing. */
export function handleSummary(data: object): Record<string, string> {
  return { [SETTINGS.summaryFile]: JSON.stringify(data) };
}
