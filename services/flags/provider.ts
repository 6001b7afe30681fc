import {
  ErrorCode,
  type EvaluationContext,
  type FlagMetadata,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  StandardResolutionReasons,
} from "@openfeature/server-sdk";
import {
  type FlagName,
  type FlagValue,
  type FlagValues,
  isFlag,
  ROLLOUT_FLAG,
  STREAMING_FLAG,
  streams,
} from "@/lib/flags/flags.ts";
import { parseId } from "@/lib/protocol/subjects.ts";

const WHOLE_PERCENT = 100;

/**
 * What OpenFeature asks for the value of a flag. `REALTIME_STREAMING_V2` is evaluated for the organisation whose id is
 * the targeting key: true where the master switch is on and the organisation is in the rollout.
 */
export class FlagProvider implements Provider {
  readonly metadata = { name: "innstream-flags" } as const;
  readonly runsOn = "server";
  readonly events = new OpenFeatureEventEmitter();
  readonly #values: () => FlagValues;

  constructor(values: () => FlagValues) {
    this.#values = values;
  }

  /** Tells the clients of OpenFeature which flags have another value now. */
  changed(flags: readonly FlagName[]): void {
    this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [...flags] });
  }

  resolveBooleanEvaluation(flag: string, otherwise: boolean, context: EvaluationContext) {
    return Promise.resolve(
      flag === STREAMING_FLAG
        ? this.#streaming(otherwise, context)
        : this.#resolve(flag, otherwise, "boolean"),
    );
  }

  resolveNumberEvaluation(flag: string, otherwise: number) {
    return Promise.resolve(this.#resolve(flag, otherwise, "number"));
  }

  resolveStringEvaluation(flag: string, otherwise: string) {
    return Promise.resolve(this.#resolve(flag, otherwise, "string"));
  }

  resolveObjectEvaluation<T extends JsonValue>(flag: string, otherwise: T) {
    return Promise.resolve(this.#resolve(flag, otherwise, "object"));
  }

  #streaming(otherwise: boolean, { targetingKey }: EvaluationContext): ResolutionDetails<boolean> {
    const values = this.#values();
    if (!values[STREAMING_FLAG]) return { value: false, reason: StandardResolutionReasons.DISABLED };
    if (values[ROLLOUT_FLAG] === WHOLE_PERCENT) {
      return { value: true, reason: StandardResolutionReasons.STATIC };
    }
    if (targetingKey === undefined) {
      return refused(otherwise, ErrorCode.TARGETING_KEY_MISSING, "the targeting key is an organisation's id");
    }
    const orgId = parseId(targetingKey);
    if (orgId === undefined) {
      return refused(otherwise, ErrorCode.INVALID_CONTEXT, "the targeting key is no organisation's id");
    }
    const flagMetadata: FlagMetadata = { percent: values[ROLLOUT_FLAG] };
    return { value: streams(values, orgId), reason: StandardResolutionReasons.SPLIT, flagMetadata };
  }

  #resolve<T extends JsonValue>(flag: string, otherwise: T, type: string): ResolutionDetails<T> {
    if (!isFlag(flag)) return refused(otherwise, ErrorCode.FLAG_NOT_FOUND, `there is no flag "${flag}"`);
    const value: FlagValue = this.#values()[flag];
    const actual: string = typeof value;
    if (actual !== type) return refused(otherwise, ErrorCode.TYPE_MISMATCH, `${flag} is a ${actual}`);
    return { value: value as T, reason: StandardResolutionReasons.STATIC };
  }
}

function refused<T>(value: T, errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> {
  return { value, reason: StandardResolutionReasons.ERROR, errorCode, errorMessage };
}
