import type { KV } from "@nats-io/kv";
import { type Client, NOOP_PROVIDER, OpenFeature } from "@openfeature/server-sdk";
import {
  type EffectiveFlags,
  effectiveFlags,
  FLAG_NAMES,
  type FlagName,
  type FlagValue,
  type FlagValues,
  isFlag,
  longPollFlag,
  STREAMING_FLAG,
  streams,
} from "@/lib/flags/flags.ts";
import { decodeFlag, type StoredFlag } from "@/lib/flags/stored_flag.ts";
import type { Registry } from "@/lib/metrics/registry.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { BucketOptions } from "@/services/flags/bucket.ts";
import type { FlagChange } from "@/services/flags/changes.ts";
import { type FlagEntry, FlagWatch } from "@/services/flags/flag_watch.ts";
import { FlagProvider } from "@/services/flags/provider.ts";
import { fillFlag, writeFlag } from "@/services/flags/write.ts";
import type { Log } from "@/services/log.ts";

/** After a write this instance has usually seen it within a moment; it is waited for no longer than this. */
const SEEN_MS = 2_000;

export interface FlagsOptions extends BucketOptions {
  /** Values of flags that the bucket does not have. */
  readonly initial: FlagValues;
  /** Takes what goes into the audit table. */
  readonly audit: (changes: readonly FlagChange[]) => void;
  /** The values are others now. */
  readonly changed: () => void;
  readonly now: () => Date;
  readonly registry: Registry;
  readonly log: Log;
  readonly failed: (error: unknown) => void;
}

/** Who changes a flag. */
export interface Actor {
  readonly userId: string;
  readonly orgId: number;
}

/** The feature flags as this instance knows them: those of the bucket, and where it cannot be reached the last ones. */
export class Flags {
  readonly #options: FlagsOptions;
  readonly #provider: FlagProvider;
  readonly #client: Client;
  readonly #domain: string;
  #watch: FlagWatch | undefined;
  #values: FlagValues;
  #epoch = "";
  /** Latest valid value of each flag in the bucket of this epoch. */
  readonly #stored = new Map<FlagName, StoredFlag>();
  /** Flags whose key is in the bucket. */
  readonly #present = new Set<FlagName>();

  private constructor(options: FlagsOptions) {
    this.#options = options;
    this.#values = options.initial;
    this.#provider = new FlagProvider(() => this.#values);
    // A domain of its own: instances in one process must not read each other's flags.
    this.#domain = `innstream-${options.newEpoch()}`;
    this.#client = OpenFeature.getClient(this.#domain);
  }

  /** Settles when the values are known. Rejects where the store cannot be reached. */
  static async start(options: FlagsOptions): Promise<Flags> {
    const flags = new Flags(options);
    flags.#watch = await FlagWatch.start({
      ...options,
      take: (entries, epoch) => flags.#take(entries, epoch),
      fill: (kv) => flags.#fill(kv),
    });
    await OpenFeature.setProviderAndWait(flags.#domain, flags.#provider);
    return flags;
  }

  get values(): FlagValues {
    return this.#values;
  }

  /** Is the bucket read? Else the last values hold. */
  get isWatched(): boolean {
    return this.#watch?.isHealthy ?? false;
  }

  /** What they mean for an organisation. */
  effective(orgId: number): EffectiveFlags {
    return effectiveFlags(this.#values, orgId);
  }

  /** May this organisation stream, as the values stand at this very moment? */
  streams(orgId: number): boolean {
    return streams(this.#values, orgId);
  }

  /** May this organisation stream? */
  streaming(orgId: number): Promise<boolean> {
    return this.#client.getBooleanValue(STREAMING_FLAG, false, { targetingKey: String(orgId) });
  }

  /** Does the long poll of this service answer? */
  longPoll(service: Service): Promise<boolean> {
    return this.#client.getBooleanValue(longPollFlag(service), true);
  }

  /**
   * Writes the flags that differ, one after the other, and settles when this instance has seen them. Throws where the
   * store cannot be reached; what was written until then holds.
   */
  async change(changes: Partial<FlagValues>, by: Actor): Promise<FlagValues> {
    let last = 0;
    for (const [name, value] of this.#inOrder(changes)) {
      const flag = { value, by: by.userId, orgId: by.orgId, initial: false };
      last = Math.max(last, await writeFlag(this.#watch!.kv, name, flag, this.#options.now().toISOString()));
    }
    await this.#watch!.reached(last, SEEN_MS);
    return { ...this.#values, ...changes };
  }

  /** NATS was away: what happened meanwhile is read. */
  restart(): Promise<void> {
    return this.#watch!.restart();
  }

  async close(): Promise<void> {
    this.#watch?.stop();
    await OpenFeature.setProviderAndWait(this.#domain, NOOP_PROVIDER);
  }

  /** What takes away comes first: between two writes nobody may do what neither before nor afterwards is allowed. */
  #inOrder(changes: Partial<FlagValues>): [FlagName, FlagValue][] {
    const given = FLAG_NAMES.flatMap((name): [FlagName, FlagValue][] => {
      const value = changes[name];
      return value === undefined ? [] : [[name, value]];
    });
    const gives = ([name, value]: [FlagName, FlagValue]) => Number(value >= this.#values[name]);
    return given.sort((a, b) => gives(a) - gives(b));
  }

  #take(entries: readonly FlagEntry[], epoch: string): void {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#stored.clear();
      this.#present.clear();
    }
    this.#options.audit(entries.flatMap((entry) => this.#takeOne(entry) ?? []));
    this.#apply();
  }

  /** Answers the change that this entry was. */
  #takeOne({ key, text, revision, at }: FlagEntry): FlagChange | undefined {
    if (!isFlag(key)) return undefined;
    if (text === null) {
      this.#present.delete(key);
      return undefined;
    }
    this.#present.add(key);
    const stored = decodeFlag(key, text);
    if (stored === undefined) {
      this.#options.log("warn", "a flag has a value that means nothing, the last one holds", {
        flag: key,
        revision,
      });
      return undefined;
    }
    const before = this.#stored.get(key);
    this.#stored.set(key, stored);
    const isFirst = before === undefined && stored.initial;
    if (isFirst || before?.value === stored.value) return undefined;
    return {
      epoch: this.#epoch,
      revision,
      flag: key,
      oldValue: before?.value ?? null,
      newValue: stored.value,
      changedBy: stored.by,
      orgId: stored.orgId,
      changedAt: at,
    };
  }

  #apply(): void {
    const before = this.#values;
    const stored = [...this.#stored].map(([name, { value }]) => [name, value]);
    this.#values = { ...before, ...Object.fromEntries(stored) };
    const changed = FLAG_NAMES.filter((name) => this.#values[name] !== before[name]);
    // At the start they are read for the first time: nothing has changed.
    if (changed.length === 0 || this.#watch === undefined) return;
    for (const flag of changed) {
      const { by = null, orgId = null } = this.#stored.get(flag) ?? {};
      this.#options.log("info", "a flag has changed", {
        flag,
        old: before[flag],
        new: this.#values[flag],
        by,
        orgId,
      });
    }
    this.#options.registry.count("innstream_flag_changes_total", {}, changed.length);
    this.#provider.changed(changed);
    this.#options.changed();
  }

  /** Puts the values that hold where the bucket has none: at the first start, and after a deletion. */
  async #fill(kv: KV): Promise<void> {
    for (const name of FLAG_NAMES.filter((name) => !this.#present.has(name))) {
      await fillFlag(kv, name, this.#values[name], this.#options.now().toISOString());
    }
  }
}
