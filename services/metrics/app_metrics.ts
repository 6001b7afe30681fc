import type { JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { type MetricName, METRICS } from "@/lib/metrics/catalogue.ts";
import type { Registry } from "@/lib/metrics/registry.ts";
import type { LeaveReason } from "@/lib/protocol/frames.ts";
import type { ProblemCode } from "@/lib/protocol/problems.ts";
import type { Chat } from "@/services/chat/chat.ts";
import { DOCS } from "@/services/documents/buckets.ts";
import type { Feeds } from "@/services/feeds/feeds.ts";
import type { Flags } from "@/services/flags/flags.ts";
import { AUTH_FAILURES } from "@/services/auth/failures.ts";
import type { Measure } from "@/services/metrics/endpoint.ts";
import type { OutboxTable } from "@/services/outbox/relay.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { type Connections, ENDPOINTS } from "@/services/realtime/connections.ts";

/** Told by workers alone. */
const WORKER_ONLY: readonly MetricName[] = ["innstream_ocr_documents_total", "innstream_ocr_read_seconds"];

/** What an app instance tells. */
export const APP_METRICS = (Object.keys(METRICS) as MetricName[]).filter((name) =>
  !WORKER_ONLY.includes(name)
);

const LEAVE_REASONS = ["restart", "switched_off"] as const satisfies readonly LeaveReason[];
/** First words of what `lib/realtime/event.ts` calls invalid. */
const INVALID_PARTS = ["subject", "payload", "id", "at", "version", "data"];
/** Refusals that are no fault of who connects. */
const OUR_REFUSALS = ["server_full", "unavailable", "internal"] as const satisfies readonly ProblemCode[];

/** The mean of the last so many milliseconds, for the alert that the product text is written with. */
const MEAN_MS = 60_000;

export interface AppParts {
  readonly registry: Registry;
  readonly connections: Connections;
  readonly feeds: Feeds;
  readonly flags: Flags;
  readonly chat: Chat;
  readonly outbox: OutboxTable;
  readonly sql: Sql;
  readonly jsm: JetStreamManager;
}

/** Sets the gauges of an app, each by itself: what PostgreSQL or NATS does not answer keeps its last value. */
export function appMeasures(
  { registry, connections, feeds, flags, chat, outbox, sql, jsm }: AppParts,
): Measure[] {
  const meanOf = latencyMean(registry);
  return [
    () => connections.measure(),
    () => chat.measure(),
    () => {
      registry.set("innstream_feeds", {}, feeds.size);
      registry.set("innstream_catch_ups_active", {}, feeds.catchUpsActive);
      registry.set("streaming_avg_latency_ms", {}, meanOf(performance.now()));
      for (const [flag, value] of Object.entries(flags.values)) {
        registry.set("innstream_flag_value", { flag }, Number(value));
      }
      registry.set("innstream_flag_store_up", {}, Number(flags.isWatched));
    },
    askPostgres(sql, registry),
    async () => {
      const { rows, oldestMs } = await outbox.waiting();
      registry.set("innstream_outbox_rows", {}, rows);
      registry.set("innstream_outbox_oldest_seconds", {}, oldestMs / 1000);
    },
    async () => {
      const { state } = await jsm.streams.info(DOCS);
      registry.set("innstream_ocr_waiting", {}, state.messages);
    },
  ];
}

/** Asks on the connection that no transaction takes: where all of those are taken, PostgreSQL is there all the same. */
export function askPostgres(sql: Sql, registry: Registry): Measure {
  return async () => {
    registry.set("innstream_postgres_up", {}, 0);
    await sql`select 1`;
    registry.set("innstream_postgres_up", {}, 1);
  };
}

/** What alerts look at the growth of: a series that begins at 1 has not grown, so each begins at 0. */
export function beginAtZero(registry: Registry): void {
  for (const reason of LEAVE_REASONS) registry.count("innstream_downgrades_total", { reason }, 0);
  for (const reason of INVALID_PARTS) registry.count("innstream_events_dropped_total", { reason }, 0);
  for (const code of AUTH_FAILURES) registry.count("innstream_auth_failures_total", { code }, 0);
  for (const endpoint of Object.values(ENDPOINTS)) {
    registry.count("innstream_connections_opened_total", { endpoint }, 0);
    registry.count("innstream_connections_closed_total", { endpoint, reason: "slow" }, 0);
    for (const code of OUR_REFUSALS) {
      registry.count("innstream_connections_refused_total", { endpoint, code }, 0);
    }
  }
}

/** How the connection to NATS is, from now on. */
export function watchNats(nats: NatsConnection, registry: Registry): void {
  registry.set("innstream_nats_connected", {}, 1);
  void (async () => {
    for await (const { type } of nats.status()) {
      if (type === "disconnect") registry.set("innstream_nats_connected", {}, 0);
      if (type !== "reconnect") continue;
      registry.set("innstream_nats_connected", {}, 1);
      registry.count("innstream_nats_reconnects_total", {});
    }
    registry.set("innstream_nats_connected", {}, 0);
  })();
}

/** Milliseconds, over what was delivered live within the last MEAN_MS; 0 where nothing was. */
function latencyMean(registry: Registry): (now: number) => number {
  const seen = [{ at: -Infinity, seconds: 0, count: 0 }];
  return (now) => {
    const { seconds, count } = registry.sum("innstream_event_delivery_seconds");
    // The last one before the minute stays, however long ago: what came since is what came since that scrape.
    while (seen.length > 1 && now - seen[1]!.at >= MEAN_MS) seen.shift();
    const since = seen[0]!;
    seen.push({ at: now, seconds, count });
    return count === since.count ? 0 : 1000 * (seconds - since.seconds) / (count - since.count);
  };
}
