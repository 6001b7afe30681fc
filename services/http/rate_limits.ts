import type { Principal } from "@/lib/auth/principal.ts";
import { RATE_KEYS_MAX, RATE_NAMES, type RateName, type RateOptions, ratesOf } from "@/lib/limits/rates.ts";
import { TokenBuckets } from "@/lib/limits/token_buckets.ts";
import type { Registry } from "@/lib/metrics/registry.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";

export interface RateLimitsOptions extends RateOptions {
  readonly registry: Registry;
  readonly now: () => number;
}

/** What people and addresses may ask of this instance. Nothing of it is shared: N instances allow N times as much. */
export class RateLimits {
  readonly #buckets: ReadonlyMap<RateName, TokenBuckets>;
  readonly #options: RateLimitsOptions;

  constructor(options: RateLimitsOptions) {
    this.#options = options;
    this.#buckets = new Map(
      Object.entries(ratesOf(options)).flatMap(([name, rate]) =>
        rate === undefined ? [] : [[name as RateName, new TokenBuckets(rate, RATE_KEYS_MAX)]]
      ),
    );
    for (const limit of RATE_NAMES) options.registry.count("innstream_rate_limited_total", { limit }, 0);
  }

  /** Throws `too_many_requests` where this person has asked too much. */
  person(name: RateName, { orgId, userId }: Pick<Principal, "orgId" | "userId">): void {
    this.#take(name, `${orgId}/${userId}`, "this person");
  }

  /** Likewise where this address has. */
  address(name: RateName, address: string): void {
    this.#take(name, address, "this address");
  }

  #take(name: RateName, key: string, whose: string): void {
    const waitMs = this.#buckets.get(name)?.take(key, this.#options.now()) ?? 0;
    if (waitMs === 0) return;
    this.#options.registry.count("innstream_rate_limited_total", { limit: name });
    const retryAfter = Math.ceil(waitMs / 1000);
    throw new ProblemError({ code: "too_many_requests", detail: `${name} of ${whose}`, retryAfter });
  }
}
