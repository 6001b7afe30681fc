import type { Rate } from "@/lib/limits/token_buckets.ts";

// What one person, or one address, may ask of one instance. Bursts are what a page, a crowd that comes back, or a script
// of an operator does at once; the rates are far above what people at work need, and below what one of them would have to
// ask for to keep an instance from the others.

/** Seconds of the rate of reads and writes that may come at once. */
export const REST_BURST_S = 10;
/** Requests of one person that read, each second, unless RATE_READS says otherwise. */
export const READS_PER_S = 500;
/** Likewise requests that write. */
export const WRITES_PER_S = 250;

export const TICKETS_BURST = 120;
/** Tickets and renewals of a session. */
export const TICKETS_PER_S = 2;
export const REVOKES_BURST = 60;
export const REVOKES_PER_S = 1;
/** Attempts to sign in as one person. */
export const SIGN_INS_BURST = 20;
export const SIGN_INS_PER_S = 0.2;

/** Attempts to sign in from one address: a house behind one router, at the change of shifts. */
export const ADDRESS_SIGN_INS_BURST = 60;
export const ADDRESS_SIGN_INS_PER_S = 1;
/** Sockets that one address may try to open. */
export const ADDRESS_HANDSHAKES_BURST = 1_000;
export const ADDRESS_HANDSHAKES_PER_S = 20;
/**
 * Where addresses may be those of proxies (TRUSTED_PROXIES is not set), one of them stands for everybody, and may do so
 * many times as much: a whole instance that comes back fits into it.
 */
export const SHARED_ADDRESS_TIMES = 20;

/** People, or addresses, that are remembered for one limit. */
export const RATE_KEYS_MAX = 50_000;

export interface RateOptions {
  /** 0: no limit. */
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
  /** Is an address that of one client? */
  readonly addressesAreClients: boolean;
}

/** Names of the limits, as metrics have them. */
export const RATE_NAMES = [
  "reads",
  "writes",
  "tickets",
  "revoke",
  "sign_in_person",
  "sign_in_address",
  "handshakes",
] as const;
export type RateName = typeof RATE_NAMES[number];

/** The rate of each limit; undefined: there is none. */
export function ratesOf(options: RateOptions): Record<RateName, Rate | undefined> {
  const times = options.addressesAreClients ? 1 : SHARED_ADDRESS_TIMES;
  const rest = (perSecond: number) =>
    perSecond === 0 ? undefined : { burst: perSecond * REST_BURST_S, perSecond };
  return {
    reads: rest(options.readsPerSecond),
    writes: rest(options.writesPerSecond),
    tickets: { burst: TICKETS_BURST, perSecond: TICKETS_PER_S },
    revoke: { burst: REVOKES_BURST, perSecond: REVOKES_PER_S },
    sign_in_person: { burst: SIGN_INS_BURST, perSecond: SIGN_INS_PER_S },
    sign_in_address: {
      burst: ADDRESS_SIGN_INS_BURST * times,
      perSecond: ADDRESS_SIGN_INS_PER_S * times,
    },
    handshakes: {
      burst: ADDRESS_HANDSHAKES_BURST * times,
      perSecond: ADDRESS_HANDSHAKES_PER_S * times,
    },
  };
}
