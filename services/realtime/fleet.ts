import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import * as v from "valibot";
import { isId } from "@/lib/protocol/subjects.ts";
import { type Service, SERVICE_NAMES } from "@/lib/protocol/services.ts";
import type { ConnectionCounts } from "@/services/realtime/connections.ts";
import type { Measured, RealtimeMetrics } from "@/services/realtime/metrics.ts";

/** Where instances ask each other how many they hold. */
export const COUNTS_SUBJECT = "innstream.counts";
/** Likewise what they have delivered, to an organisation or (no body) at all. */
export const METRICS_SUBJECT = "innstream.metrics";
/** Answers are waited for this long. */
const COUNTS_MS = 300;
/** Most instances that are counted. */
const INSTANCES_MAX = 1_000;

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Answer = v.object({ instance: v.string(), streaming: Count, polling: Count });
const MetricsAnswer = v.object({
  instance: v.string(),
  /** Of `avgLatencyMs`: how many deliveries it is the mean of. */
  measured: Count,
  metrics: v.object({
    activeConnections: Count,
    totalConnections: Count,
    eventsDelivered: Count,
    eventsByService: v.object(entriesOfServices()),
    errorCount: Count,
    avgLatencyMs: v.pipe(v.number(), v.finite(), v.minValue(0)),
  }),
});

function entriesOfServices(): Record<Service, typeof Count> {
  return Object.fromEntries(SERVICE_NAMES.map((name) => [name, Count])) as Record<Service, typeof Count>;
}

/** What all instances hold together. */
export interface FleetCounts extends ConnectionCounts {
  readonly instances: number;
}

/** What all instances have delivered together. */
export interface FleetMetrics extends RealtimeMetrics {
  readonly instances: number;
}

export interface FleetOptions {
  readonly nats: NatsConnection;
  /** The name of this instance. */
  readonly instance: string;
  /** What it holds. */
  readonly counts: () => ConnectionCounts;
  /** What it has delivered to an organisation; null: to all. */
  readonly metrics: (orgId: number | null) => Measured;
  readonly failed: (error: unknown) => void;
}

/** The instances of the fleet, as far as they answer. */
export class Fleet {
  readonly #nats: NatsConnection;
  readonly #subscriptions: readonly Subscription[];

  constructor({ nats, instance, counts, metrics, failed }: FleetOptions) {
    this.#nats = nats;
    const answer = (subject: string, own: (message: Msg) => object) =>
      nats.subscribe(subject, {
        callback: (error, message) => {
          try {
            if (error !== null) throw error;
            message.respond(JSON.stringify({ instance, ...own(message) }));
          } catch (thrown) {
            failed(thrown);
          }
        },
      });
    this.#subscriptions = [
      answer(COUNTS_SUBJECT, counts),
      answer(METRICS_SUBJECT, (message) => {
        const orgId = Number(message.string() || NaN);
        return metrics(isId(orgId) ? orgId : null);
      }),
    ];
  }

  /** Asks everyone, this instance as well; takes COUNTS_MS. */
  async counts(): Promise<FleetCounts> {
    const answers = await this.#ask(COUNTS_SUBJECT, "", Answer);
    return {
      instances: answers.length,
      streaming: sumOf(answers, ({ streaming }) => streaming),
      polling: sumOf(answers, ({ polling }) => polling),
    };
  }

  /** Likewise what all have delivered to an organisation; null: to all organisations. */
  async metrics(orgId: number | null): Promise<FleetMetrics> {
    const answers = await this.#ask(METRICS_SUBJECT, orgId === null ? "" : String(orgId), MetricsAnswer);
    const sum = (count: (of: RealtimeMetrics) => number) => sumOf(answers, ({ metrics }) => count(metrics));
    const measured = sumOf(answers, (answer) => answer.measured);
    const latency = sumOf(answers, (answer) => answer.metrics.avgLatencyMs * answer.measured);
    return {
      activeConnections: sum((of) => of.activeConnections),
      totalConnections: sum((of) => of.totalConnections),
      eventsDelivered: sum((of) => of.eventsDelivered),
      eventsByService: Object.fromEntries(
        SERVICE_NAMES.map((name) => [name, sum((of) => of.eventsByService[name])]),
      ) as Record<Service, number>,
      errorCount: sum((of) => of.errorCount),
      avgLatencyMs: measured === 0 ? 0 : Math.round(100 * latency / measured) / 100,
      instances: answers.length,
    };
  }

  async #ask<S extends v.GenericSchema<unknown, { readonly instance: string }>>(
    subject: string,
    body: string,
    schema: S,
  ): Promise<v.InferOutput<S>[]> {
    const answers = await this.#nats.requestMany(subject, body, {
      strategy: "timer",
      maxWait: COUNTS_MS,
      maxMessages: INSTANCES_MAX,
    });
    const instances = new Map<string, v.InferOutput<S>>();
    for await (const message of answers) {
      const answer = readAnswer(message, schema);
      if (answer !== undefined) instances.set(answer.instance, answer);
    }
    return [...instances.values()];
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }
}

function sumOf<T>(answers: readonly T[], count: (of: T) => number): number {
  return answers.reduce((total, of) => total + count(of), 0);
}

function readAnswer<S extends v.GenericSchema>(message: Msg, schema: S): v.InferOutput<S> | undefined {
  try {
    const answer = v.safeParse(schema, message.json());
    return answer.success ? answer.output : undefined;
  } catch {
    return undefined;
  }
}
