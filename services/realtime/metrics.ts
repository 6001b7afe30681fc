import type { ResetReason } from "@/lib/protocol/frames.ts";
import { type Service, SERVICE_NAMES } from "@/lib/protocol/services.ts";
import type { Frame } from "@/lib/realtime/frame.ts";
import type { Registry } from "@/lib/metrics/registry.ts";
import type { Meter } from "@/lib/realtime/ports.ts";
import type { Failed } from "@/services/log.ts";

/** Organisations counted one by one; one that has nobody connected makes room, the first to be counted first. */
export const ORGANISATIONS_COUNTED_MAX = 10_000;

/** Answer of `GET /v2/realtime/metrics`, exactly as the product text has it. */
export interface RealtimeMetrics {
  readonly activeConnections: number;
  readonly totalConnections: number;
  readonly eventsDelivered: number;
  readonly eventsByService: Readonly<Record<Service, number>>;
  readonly errorCount: number;
  /** From the JetStream timestamp to the socket write, over everything delivered live. */
  readonly avgLatencyMs: number;
}

/** Metrics with the number of deliveries that their mean was taken of: means of several can be joined. */
export interface Measured {
  readonly metrics: RealtimeMetrics;
  readonly measured: number;
}

class Tally {
  active = 0;
  total = 0;
  errors = 0;
  readonly byService: Record<Service, number>;
  #latencySum = 0;
  #latencyCount = 0;

  constructor() {
    this.byService = Object.fromEntries(SERVICE_NAMES.map((name) => [name, 0])) as Record<Service, number>;
  }

  delivered(frame: Frame, sockets: number, latencySum: number | null): void {
    const count = frame.events.length * sockets;
    this.byService[frame.service] += count;
    if (latencySum === null) return;
    this.#latencySum += latencySum * sockets;
    this.#latencyCount += count;
  }

  get measured(): number {
    return this.#latencyCount;
  }

  read(): RealtimeMetrics {
    const latency = this.#latencyCount === 0 ? 0 : this.#latencySum / this.#latencyCount;
    return {
      activeConnections: this.active,
      totalConnections: this.total,
      eventsDelivered: Object.values(this.byService).reduce((sum, count) => sum + count, 0),
      eventsByService: { ...this.byService },
      errorCount: this.errors,
      avgLatencyMs: Math.round(latency * 100) / 100,
    };
  }
}

/** Counts of this process: for the whole instance and for each organisation, so that nobody reads another's. */
export class Metrics implements Meter {
  readonly #instance = new Tally();
  readonly #organisations = new Map<number, Tally>();
  readonly #registry: Registry;
  readonly #failed: Failed;

  constructor(registry: Registry, failed: Failed) {
    this.#registry = registry;
    this.#failed = failed;
  }

  /** The whole instance. */
  instance(): RealtimeMetrics {
    return this.#instance.read();
  }

  /** What concerns one organisation, or (null) the whole instance. */
  measured(orgId: number | null): Measured {
    const tally = orgId === null ? this.#instance : this.#organisations.get(orgId) ?? new Tally();
    return { metrics: tally.read(), measured: tally.measured };
  }

  opened(orgId: number): void {
    for (const tally of this.#both(orgId)) {
      tally.active++;
      tally.total++;
    }
  }

  closed(orgId: number): void {
    for (const tally of this.#both(orgId)) tally.active = Math.max(0, tally.active - 1);
  }

  /** A refused handshake, an error frame, a connection given up. */
  error(orgId: number): void {
    this.#registry.count("streaming_errors", {});
    for (const tally of this.#both(orgId)) tally.errors++;
  }

  delivered(orgId: number, frame: Frame, sockets: number, now: number | null): void {
    let latency: number | null = null;
    if (now !== null) {
      latency = 0;
      // The clocks of broker and server may differ by a little: never below zero.
      for (const event of frame.events) latency += Math.max(0, now - event.storedAt);
    }
    for (const tally of this.#both(orgId)) tally.delivered(frame, sockets, latency);
    const { service } = frame;
    this.#registry.count("innstream_events_delivered_total", { service }, frame.events.length * sockets);
    if (now === null) return;
    for (const { begunAt } of frame.events) {
      const seconds = Math.max(0, now - begunAt) / 1000;
      this.#registry.observe("innstream_event_delivery_seconds", { service }, seconds, sockets);
    }
  }

  reset(_orgId: number, reason: ResetReason): void {
    this.#registry.count("innstream_resets_total", { reason });
  }

  resumed(outcome: "current" | "replayed" | "reset"): void {
    this.#registry.count("innstream_resumes_total", { outcome });
  }

  caughtUp(source: "ring" | "stream"): void {
    this.#registry.count("innstream_catch_ups_total", { source });
  }

  failed(orgId: number, error: unknown): void {
    this.error(orgId);
    this.#failed(error, { orgId });
  }

  #both(orgId: number): readonly [Tally, Tally] {
    let tally = this.#organisations.get(orgId);
    if (tally === undefined) {
      tally = new Tally();
      this.#organisations.set(orgId, tally);
      if (this.#organisations.size > ORGANISATIONS_COUNTED_MAX) this.#forgetOne();
    }
    return [this.#instance, tally];
  }

  #forgetOne(): void {
    for (const [orgId, tally] of this.#organisations) {
      if (tally.active > 0) continue;
      this.#organisations.delete(orgId);
      return;
    }
  }
}
