import {
  type EffectiveFlags,
  FLAG_NAMES,
  type FlagName,
  flagRule,
  type FlagValue,
  flagValueOf,
  type FlagValues,
  longPollFlag,
  ROLLOUT_FLAG,
  STREAMING_FLAG,
} from "@/lib/flags/flags.ts";
import { SERVICE_WORDS } from "@/lib/live/words.ts";
import type { LiveCounts } from "@/lib/pages/flags/flags_data.ts";
import { type Service, SERVICE_NAMES } from "@/lib/protocol/services.ts";

/** The values of all flags out of what `GET /feature-flags` answers. */
export function valuesOf(effective: EffectiveFlags): FlagValues {
  const longPolls = SERVICE_NAMES.map((service) => [longPollFlag(service), effective.longPoll[service]]);
  return {
    [STREAMING_FLAG]: effective[STREAMING_FLAG],
    [ROLLOUT_FLAG]: effective[ROLLOUT_FLAG],
    ...Object.fromEntries(longPolls),
  } as FlagValues;
}

/** "Streaming", "Rollout", "Long poll of Finance" */
export function flagLabel(flag: FlagName): string {
  if (flag === STREAMING_FLAG) return "Streaming";
  if (flag === ROLLOUT_FLAG) return "Rollout";
  const service = serviceOf(flag);
  return service === undefined ? flag : `Long poll of ${SERVICE_WORDS[service].label}`;
}

function serviceOf(flag: FlagName): Service | undefined {
  return SERVICE_NAMES.find((service) => longPollFlag(service) === flag);
}

/** "on", "off", "12.5 %"; "?" where it is not known. */
export function valueWords(value: FlagValue | null): string {
  if (value === null) return "?";
  return typeof value === "number" ? `${value} %` : value ? "on" : "off";
}

/**
 * How many organisations a percentage is: "412 of 1000 organisations". The shares are of whole percents; between two of
 * them it is said between what.
 */
export function shareWords({ shares, organisations }: LiveCounts, percent: number): string {
  const low = shares[Math.floor(percent)] ?? 0;
  const high = shares[Math.ceil(percent)] ?? 0;
  const total = `of ${organisations} organisation${organisations === 1 ? "" : "s"}`;
  return low === high ? `${low} ${total}` : `${low} to ${high} ${total}`;
}

/** What a person typed as percentage: a value, or what is wrong with it. */
export function percentOf(text: string): { readonly value: number } | { readonly wrong: string } {
  const value = flagValueOf(ROLLOUT_FLAG, text.trim().replace(/\s*%$/, "").replace(",", "."));
  return typeof value === "number" ? { value } : { wrong: `The percentage ${flagRule(ROLLOUT_FLAG)}` };
}

/** Something that takes live updates away from somebody, and must be meant. */
export interface Rollback {
  readonly title: string;
  readonly text: string;
  /** On the button that does it. */
  readonly action: string;
}

const NOTHING_LOST = "Whoever had one goes on with the long poll, a few seconds behind. Nothing is lost.";

/** What a change takes away; undefined where it takes nothing. */
export function rollbackOf(
  values: FlagValues,
  changes: Partial<FlagValues>,
  counts: LiveCounts | null,
): Rollback | undefined {
  if (values[STREAMING_FLAG] && changes[STREAMING_FLAG] === false) {
    const streams = counts === null ? "Every open stream closes" : openStreams(counts.streaming);
    return {
      title: "Turn streaming off?",
      text: `${streams} within two seconds, whatever the rollout. ${NOTHING_LOST}`,
      action: "Turn streaming off",
    };
  }
  const percent = changes[ROLLOUT_FLAG];
  if (percent !== undefined && percent < values[ROLLOUT_FLAG]) {
    const share = counts === null ? "Fewer organisations" : shareWords(counts, percent);
    const is = values[STREAMING_FLAG] ? "stream" : "may stream once streaming is on";
    return {
      title: `Lower the rollout from ${values[ROLLOUT_FLAG]} % to ${percent} %?`,
      text: `${share} ${is} then; the streams of the others close within two seconds. ${NOTHING_LOST}`,
      action: `Lower to ${percent} %`,
    };
  }
  const flag = FLAG_NAMES.find((name) => changes[name] === false && values[name] === true);
  const service = flag === undefined ? undefined : serviceOf(flag);
  if (service === undefined) return undefined;
  const { label } = SERVICE_WORDS[service];
  return {
    title: `Switch the long poll of ${label} off?`,
    text: `Whoever cannot stream then sees what is new in ${label} only by loading the page anew.`,
    action: "Switch it off",
  };
}

function openStreams(count: number): string {
  return count === 1 ? "The one open stream closes" : `All ${count} open streams close`;
}
