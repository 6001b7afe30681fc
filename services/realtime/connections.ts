import type { Problem } from "@/lib/protocol/problems.ts";
import type { Principal } from "@/lib/auth/principal.ts";
import { BUFFERED_BYTES_BUDGET, BUFFERED_BYTES_HIGH } from "@/services/realtime/limits.ts";

/** Something that a person keeps open: a socket or a waiting poll. */
export interface Held {
  /** Called about once a second: pings, expiry, time-outs. */
  tick(now: number): void;
  /** The process is stopping: send the client elsewhere, `reconnectInMs` from now. */
  drain(reconnectInMs: number): void;
}

/** Most slices in which a drain is spread over DRAIN_MS. */
const DRAIN_SLICES = 20;
/** All clients are told to leave within this time. */
export const DRAIN_MS = 2_000;
/** Longest wait for the answers of those who were told last; who does not read never answers. */
const GOODBYE_MS = 1_000;
const GOODBYE_PROBE_MS = 10;
/** Clients come back spread over this time. */
const RECONNECT_SPREAD_MS = 3_000;
const TICK_MS = 1_000;
/** Connections ticked before other work gets its turn. */
const TICK_SLICE = 1_000;

/** Everything that is open in this process, with its caps. */
export class Connections {
  readonly #max: number;
  readonly #maxPerUser: number;
  readonly #held = new Set<Held>();
  readonly #perUser = new Map<string, number>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #random: () => number;
  #taken = 0;
  #draining = false;

  constructor(options: { max: number; maxPerUser: number; random: () => number }) {
    this.#max = options.max;
    this.#maxPerUser = options.maxPerUser;
    this.#random = options.random;
    this.#timer = setInterval(() => void this.#tick(), TICK_MS);
  }

  get size(): number {
    return this.#held.size;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Bytes that one socket may have waiting: less for each when there are many, so that the sum stays in the budget. */
  bufferLimit(): number {
    return Math.min(BUFFERED_BYTES_HIGH, Math.floor(BUFFERED_BYTES_BUDGET / Math.max(1, this.#taken)));
  }

  /** Takes a place for this person, or says why there is none. Give it back with `release`, once. */
  take(principal: Principal): { release: () => void } | Problem {
    if (this.#draining) return { code: "draining", retryAfter: 1 };
    if (this.#taken >= this.#max) {
      return { code: "server_full", detail: `this instance holds ${this.#max} connections`, retryAfter: 5 };
    }
    const user = `${principal.orgId}/${principal.userId}`;
    const held = this.#perUser.get(user) ?? 0;
    if (held >= this.#maxPerUser) {
      return {
        code: "too_many_connections",
        detail: `${this.#maxPerUser} connections of one person are the most that may be open at once`,
        retryAfter: 5,
      };
    }
    this.#perUser.set(user, held + 1);
    this.#taken++;
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        this.#taken--;
        const left = (this.#perUser.get(user) ?? 1) - 1;
        if (left > 0) this.#perUser.set(user, left);
        else this.#perUser.delete(user);
      },
    };
  }

  add(held: Held): void {
    this.#held.add(held);
  }

  remove(held: Held): void {
    this.#held.delete(held);
  }

  /** Accepts nobody any more and sends everyone elsewhere, in slices over DRAIN_MS; settles when they are gone. */
  async drain(): Promise<void> {
    this.#draining = true;
    clearInterval(this.#timer);
    const leaving = [...this.#held];
    const perSlice = Math.max(1, Math.ceil(leaving.length / DRAIN_SLICES));
    while (leaving.length > 0) {
      for (const held of leaving.splice(0, perSlice)) held.drain(this.#reconnectIn());
      if (leaving.length > 0) await new Promise((resolve) => setTimeout(resolve, DRAIN_MS / DRAIN_SLICES));
    }
    // Those told last must have heard it: the listener cuts off with 1001 whoever is left when it ends.
    for (let waited = 0; this.#taken > 0 && waited < GOODBYE_MS; waited += GOODBYE_PROBE_MS) {
      await new Promise((resolve) => setTimeout(resolve, GOODBYE_PROBE_MS));
    }
  }

  #reconnectIn(): number {
    return Math.floor(this.#random() * RECONNECT_SPREAD_MS);
  }

  async #tick(): Promise<void> {
    let ticked = 0;
    for (const held of [...this.#held]) {
      held.tick(Date.now());
      if (++ticked % TICK_SLICE === 0) await new Promise((resolve) => setTimeout(resolve));
    }
  }
}
