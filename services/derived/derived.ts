import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import { Slots } from "@/lib/realtime/slots.ts";
import { DerivedConsumer } from "@/services/derived/consumer.ts";
import { deriveMetrics, METRICS_MS } from "@/services/derived/metrics.ts";
import { type Mark, Pacer } from "@/services/derived/pacer.ts";
import type { DerivedParts } from "@/services/derived/parts.ts";
import type { Place } from "@/services/derived/place.ts";
import { leftReports, staleProperties } from "@/services/derived/refresh.ts";
import { deriveReport } from "@/services/derived/reports.ts";
import { propertySource, type ReportPlace, reportSource } from "@/services/derived/sources.ts";
import { deriveStatistics, STATISTICS_MS } from "@/services/derived/statistics.ts";

/** Dashboards that one instance computes at once. Statistics take longer, and must not keep them waiting. */
export const METRICS_AT_ONCE = 2;
export const STATISTICS_AT_ONCE = 2;
export const REPORTS_AT_ONCE = 2;
/** Properties that a refresh marks at once: what people do meanwhile does not wait behind all of them. */
export const REFRESHED_AT_ONCE = 4;
/** How often an instance looks for figures that time has moved. */
export const REFRESH_MS = 60_000;

export interface DerivedOptions extends DerivedParts {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
}

/**
 * Keeps what is derived from committed rows as they are: the dashboard and the statistics of each property, and the
 * reports that were asked for. Events say where to compute again; a refresh finds what time has moved and what no event
 * told of.
 */
export class Derived {
  readonly #options: DerivedOptions;
  readonly #consumers: readonly DerivedConsumer[];
  readonly #metrics: Pacer<Place>;
  readonly #statistics: Pacer<Place>;
  readonly #reports: Pacer<ReportPlace>;
  readonly #timer: ReturnType<typeof setInterval>;
  #refreshing: Promise<void> | undefined;
  /** Is the next refresh to be one of every property? */
  #all = false;
  #closed = false;

  constructor(options: DerivedOptions) {
    this.#options = options;
    const { now, failed } = options;
    const keyOf = ({ orgId, propertyId }: Place) => `${orgId} ${propertyId}`;
    const turnOf = ({ orgId }: Place) => orgId;
    this.#metrics = new Pacer({
      keyOf,
      everyMs: METRICS_MS,
      slots: new Slots(METRICS_AT_ONCE),
      turnOf,
      run: (place) => deriveMetrics(options, place),
      now,
      failed,
    });
    this.#statistics = new Pacer({
      keyOf,
      everyMs: STATISTICS_MS,
      slots: new Slots(STATISTICS_AT_ONCE),
      turnOf,
      run: (place, marks) => deriveStatistics(options, place, marks),
      now,
      failed,
    });
    this.#reports = new Pacer({
      keyOf: ({ orgId, id }: ReportPlace) => `${orgId} ${id}`,
      everyMs: 0,
      slots: new Slots(REPORTS_AT_ONCE),
      turnOf,
      run: async ({ orgId, id }) => {
        await deriveReport(options, orgId, id);
        return undefined;
      },
      now,
      failed,
    });
    const sources = [
      propertySource((place, mark) => {
        this.#metrics.mark(place, mark);
        this.#statistics.mark(place, mark);
      }),
      reportSource((report, mark) => this.#reports.mark(report, mark)),
    ];
    this.#consumers = sources.map((source) => new DerivedConsumer(options.js, options.jsm, source));
    this.#timer = setInterval(() => void this.#tick(), REFRESH_MS);
  }

  /** Starts, or starts again after an interruption, in the stream of `epoch`. */
  async restart(epoch: string): Promise<void> {
    const missed = await Promise.all(this.#consumers.map((consumer) => consumer.restart(epoch)));
    void this.refresh(missed.includes(true));
  }

  /**
   * Computes what time has moved, or every property where events may have been missed, and begins with reports that were
   * left. Settles when the figures are committed; never rejects. What fails is left to the next one.
   */
  refresh(all = false): Promise<void> {
    this.#all ||= all;
    return this.#refreshing ??= this.#refresh().catch(this.#options.failed)
      .finally(() => this.#refreshing = undefined);
  }

  /** Computes nothing more; waits for what is under way, and hands what it has not done to the others. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const consumer of this.#consumers) consumer.close();
    await Promise.all([this.#metrics.close(), this.#statistics.close(), this.#reports.close()]);
    await this.#refreshing;
  }

  async #tick(): Promise<void> {
    try {
      const missing = await Promise.all(this.#consumers.map((consumer) => consumer.declare()));
      if (missing.includes(true)) this.#all = true;
    } catch (error) {
      this.#options.failed(error);
    }
    await this.refresh();
  }

  async #refresh(): Promise<void> {
    do {
      const all = this.#all;
      this.#all = false;
      try {
        await this.#refreshOnce(all);
      } catch (error) {
        this.#all ||= all;
        throw error;
      }
    } while (this.#all && !this.#closed);
  }

  async #refreshOnce(all: boolean): Promise<void> {
    const { sql, now } = this.#options;
    for (const report of await leftReports(sql, now())) this.#reports.mark(report, { settled: () => {} });
    const turns = new Slots(REFRESHED_AT_ONCE);
    for await (const page of staleProperties(sql, now(), all)) {
      if (this.#closed) break;
      await Promise.all(page.map((place) => turns.run(() => this.#compute(place))));
    }
  }

  async #compute(place: Place): Promise<void> {
    await Promise.all([
      settled((mark) => this.#metrics.mark(place, mark)),
      settled((mark) => this.#statistics.mark(place, mark)),
    ]);
  }
}

/** Settles when the mark does, whatever comes of it. */
function settled(mark: (mark: Mark) => void): Promise<void> {
  return new Promise((resolve) => mark({ settled: () => resolve() }));
}
