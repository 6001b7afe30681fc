import type { Registry } from "@/lib/metrics/registry.ts";
import type { LeaveReason } from "@/lib/protocol/frames.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import type { Principal } from "@/lib/auth/principal.ts";
import type { Fields } from "@/services/log.ts";
import { BUFFERED_BYTES_BUDGET, BUFFERED_BYTES_HIGH } from "@/services/realtime/limits.ts";

/** Something that a person keeps open: a socket or a waiting poll. */
export interface Held {
  readonly principal: Principal;
  readonly orgId: number;
  readonly kind: "streaming" | "polling" | "uploading" | "chatting";
  /** Called about once a second: pings, expiry, time-outs. */
  tick(now: number): void;
  /** Sends the client elsewhere, to come back `reconnectInMs` from now. */
  leave(why: LeaveReason, reconnectInMs: number): void;
  /** Its token does not count any more. */
  revoke(): void;
  /** Bytes that wait to be read by the peer, where it is a socket of the stream. */
  buffered?(): number;
}

/** The label `endpoint` of metrics. */
export const ENDPOINTS = {
  streaming: "stream",
  polling: "poll",
  uploading: "upload",
  chatting: "chat",
} as const satisfies Record<Held["kind"], string>;

/** What a log line about a socket says of it. */
export function aboutOf({ id, orgId, kind }: Held & { readonly id: string }): Fields {
  return { connectionId: id, orgId, endpoint: ENDPOINTS[kind] };
}

/** How many sockets and how many waiting polls. */
export interface ConnectionCounts {
  readonly streaming: number;
  readonly polling: number;
}

/** Most slices in which those who leave are told, spread over DRAIN_MS or DOWNGRADE_MS. */
const LEAVE_SLICES = 20;
/** All clients are told to leave within this time. */
export const DRAIN_MS = 2_000;
/** Streaming was switched off: everyone it concerns is told within this time. */
export const DOWNGRADE_MS = 2_000;
/** Longest wait for the answers of those who were told last; who does not read never answers. */
const GOODBYE_MS = 1_000;
const GOODBYE_PROBE_MS = 10;
/** Clients of an instance that stops come back spread over this time. */
const RECONNECT_SPREAD_MS = 3_000;
/** Clients that may not stream any more begin to poll within this time: until the next slice of them is told. */
const POLL_SPREAD_MS = 100;
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
  readonly #registry: Registry;
  readonly #isRevoked: (principal: Principal) => boolean;
  readonly #ended: (held: Held, reason: string) => void;
  #taken = 0;
  #draining = false;

  constructor(
    options: {
      max: number;
      maxPerUser: number;
      random: () => number;
      registry: Registry;
      isRevoked?: (principal: Principal) => boolean;
      /** Hears why a connection was ended by us. */
      ended?: (held: Held, reason: string) => void;
    },
  ) {
    this.#ended = options.ended ?? (() => {});
    this.#isRevoked = options.isRevoked ?? (() => false);
    this.#max = options.max;
    this.#maxPerUser = options.maxPerUser;
    this.#random = options.random;
    this.#registry = options.registry;
    this.#registry.set("innstream_connections_max", {}, this.#max);
    for (const endpoint of Object.values(ENDPOINTS)) {
      this.#registry.set("innstream_connections", { endpoint }, 0);
    }
    this.#timer = setInterval(() => void this.#tick(), TICK_MS);
  }

  get size(): number {
    return this.#held.size;
  }

  counts(): ConnectionCounts {
    const { streaming, polling } = this.byKind();
    return { streaming, polling };
  }

  byKind(): Record<Held["kind"], number> {
    const counts = { streaming: 0, polling: 0, uploading: 0, chatting: 0 };
    for (const { kind } of this.#held) counts[kind]++;
    return counts;
  }

  /** Sets the gauges; before a scrape, since nothing else needs them. */
  measure(): void {
    for (const [kind, count] of Object.entries(this.byKind())) {
      this.#registry.set("innstream_connections", { endpoint: ENDPOINTS[kind as Held["kind"]] }, count);
    }
    const buffered = this.#held.values().reduce(
      (sum, held) => sum + (held.kind === "streaming" ? held.buffered?.() ?? 0 : 0),
      0,
    );
    this.#registry.set("innstream_send_buffer_bytes", {}, Number.isFinite(buffered) ? buffered : 0);
    this.#registry.set("streaming_active_connections", {}, this.byKind().streaming);
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
    // It may have been revoked since it was looked at.
    if (this.#isRevoked(principal)) return { code: "token_revoked" };
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
    this.#registry.count("innstream_connections_opened_total", { endpoint: ENDPOINTS[held.kind] });
  }

  /** `reason`: the name of the close code, or `gone` where the client went. May be told twice. */
  remove(held: Held, reason = "gone"): void {
    if (!this.#held.delete(held)) return;
    this.#ended(held, reason);
    if (reason === "too_many_frames") {
      this.#registry.count("innstream_rate_limited_total", { limit: "frames" });
    }
    this.#registry.count("innstream_connections_closed_total", { endpoint: ENDPOINTS[held.kind], reason });
  }

  /** Accepts nobody any more and sends everyone elsewhere, in slices over DRAIN_MS; settles when they are gone. */
  async drain(): Promise<void> {
    this.#draining = true;
    clearInterval(this.#timer);
    await this.#inSlices([...this.#held], DRAIN_MS, (held) => {
      this.#registry.count("innstream_downgrades_total", { reason: "restart" });
      held.leave("restart", this.#randomBelow(RECONNECT_SPREAD_MS));
    });
    // Those told last must have heard it: the listener cuts off with 1001 whoever is left when it ends.
    for (let waited = 0; this.#taken > 0 && waited < GOODBYE_MS; waited += GOODBYE_PROBE_MS) {
      await pause(GOODBYE_PROBE_MS);
    }
  }

  /**
   * Sends those sockets to the long poll whose organisation may not stream, in slices over DOWNGRADE_MS; settles when
   * all are told. Waiting polls stay.
   */
  async downgrade(mayStream: (orgId: number) => boolean): Promise<void> {
    const isConcerned = (held: Held) => held.kind === "streaming" && !mayStream(held.orgId);
    await this.#inSlices(this.#shuffled([...this.#held].filter(isConcerned)), DOWNGRADE_MS, (held) => {
      // It may have been switched on again in the meantime.
      if (!isConcerned(held)) return;
      this.#registry.count("innstream_downgrades_total", { reason: "switched_off" });
      held.leave("switched_off", this.#randomBelow(POLL_SPREAD_MS));
    });
  }

  /** Ends what those people have open. */
  revoke(concerns: (principal: Principal) => boolean): void {
    for (const held of [...this.#held]) {
      if (concerns(held.principal)) held.revoke();
    }
  }

  async #inSlices(leaving: Held[], ms: number, tell: (held: Held) => void): Promise<void> {
    const perSlice = Math.max(1, Math.ceil(leaving.length / LEAVE_SLICES));
    while (leaving.length > 0) {
      for (const held of leaving.splice(0, perSlice)) tell(held);
      if (leaving.length > 0) await pause(ms / LEAVE_SLICES);
    }
  }

  #shuffled(held: Held[]): Held[] {
    for (let i = held.length - 1; i > 0; i--) {
      const j = this.#randomBelow(i + 1);
      [held[i], held[j]] = [held[j]!, held[i]!];
    }
    return held;
  }

  #randomBelow(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  async #tick(): Promise<void> {
    let ticked = 0;
    for (const held of [...this.#held]) {
      // A socket may have got its new token in the moment in which that was revoked.
      if (this.#isRevoked(held.principal)) held.revoke();
      else held.tick(Date.now());
      if (++ticked % TICK_SLICE === 0) await pause(0);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
