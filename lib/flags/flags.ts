import { type Service, SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { inRollout } from "@/lib/flags/rollout.ts";

/** The master switch: may anybody stream at all? */
export const STREAMING_FLAG = "REALTIME_STREAMING_V2";
/** Share of the organisations that stream while the master switch is on. */
export const ROLLOUT_FLAG = "REALTIME_ROLLOUT_PERCENT";
/** Whether the long poll of a service answers, such as `FINANCE_REALTIME_V1`. */
export type LongPollFlag = `${Uppercase<Service>}_REALTIME_V1`;

export type FlagName = keyof FlagValues;
export type FlagValue = boolean | number;
export type FlagValues =
  & { readonly [STREAMING_FLAG]: boolean; readonly [ROLLOUT_FLAG]: number }
  & { readonly [name in LongPollFlag]: boolean };

export function longPollFlag(service: Service): LongPollFlag {
  return `${service.toUpperCase() as Uppercase<Service>}_REALTIME_V1`;
}

/** Every flag there is, in the order in which people see them. */
export const FLAG_NAMES: readonly FlagName[] = [
  STREAMING_FLAG,
  ROLLOUT_FLAG,
  ...SERVICE_NAMES.map(longPollFlag),
];

const PERCENT_MAX = 100;
const PERCENT_TEXT = /^[0-9]{1,3}(\.[0-9]{1,2})?$/;
const WORDS: Readonly<Record<string, boolean>> = {
  "true": true,
  "1": true,
  "on": true,
  "false": false,
  "0": false,
  "off": false,
};

export function isFlag(name: string): name is FlagName {
  return (FLAG_NAMES as readonly string[]).includes(name);
}

/** Is this a value that the flag may have? */
export function isFlagValue(name: FlagName, value: unknown): value is FlagValue {
  if (name !== ROLLOUT_FLAG) return typeof value === "boolean";
  return typeof value === "number" && value >= 0 && value <= PERCENT_MAX &&
    Number(value.toFixed(2)) === value;
}

/** What a value of this flag must be, for who sent another one. */
export function flagRule(name: FlagName): string {
  return name === ROLLOUT_FLAG
    ? `must be a number from 0 to ${PERCENT_MAX} with at most two decimals`
    : "must be true or false";
}

/** Reads a value written as text, as in a form or in the environment; undefined where the flag may not have it. */
export function flagValueOf(name: FlagName, text: string): FlagValue | undefined {
  if (name !== ROLLOUT_FLAG) return Object.hasOwn(WORDS, text) ? WORDS[text] : undefined;
  const value = PERCENT_TEXT.test(text) ? Number(text) : undefined;
  return isFlagValue(name, value) ? value : undefined;
}

/** Values that an installation begins with: streaming for all or for nobody, and every long poll. */
export function initialFlags(streaming: boolean): FlagValues {
  const longPolls = Object.fromEntries(SERVICE_NAMES.map((service) => [longPollFlag(service), true]));
  return {
    [STREAMING_FLAG]: streaming,
    [ROLLOUT_FLAG]: streaming ? PERCENT_MAX : 0,
    ...longPolls as Record<LongPollFlag, boolean>,
  };
}

/** What the flags mean for one organisation: the answer of `GET /feature-flags`. */
export interface EffectiveFlags {
  readonly [STREAMING_FLAG]: boolean;
  readonly [ROLLOUT_FLAG]: number;
  readonly inRollout: boolean;
  /** May this organisation stream? Else it polls. */
  readonly streaming: boolean;
  readonly longPoll: Readonly<Record<Service, boolean>>;
}

export function effectiveFlags(values: FlagValues, orgId: number): EffectiveFlags {
  const longPoll = Object.fromEntries(
    SERVICE_NAMES.map((service) => [service, values[longPollFlag(service)]]),
  );
  return {
    [STREAMING_FLAG]: values[STREAMING_FLAG],
    [ROLLOUT_FLAG]: values[ROLLOUT_FLAG],
    inRollout: inRollout(orgId, values[ROLLOUT_FLAG]),
    streaming: streams(values, orgId),
    longPoll: longPoll as Record<Service, boolean>,
  };
}

/** May this organisation stream? */
export function streams(values: FlagValues, orgId: number): boolean {
  return values[STREAMING_FLAG] && inRollout(orgId, values[ROLLOUT_FLAG]);
}
