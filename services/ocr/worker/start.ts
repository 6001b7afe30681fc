import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Registry } from "@/lib/metrics/registry.ts";
import { Originals } from "@/services/documents/originals.ts";
import { ChunkStore } from "@/services/documents/chunk_store.ts";
import { Previews } from "@/services/documents/previews.ts";
import { errorFields, type Log } from "@/services/log.ts";
import { WORKER_METRICS } from "@/services/metrics/worker_metrics.ts";
import { askPostgres, watchNats } from "@/services/metrics/app_metrics.ts";
import { serveMetrics } from "@/services/metrics/endpoint.ts";
import { watchProcess } from "@/services/metrics/process.ts";
import { connectNats } from "@/services/nats/connect.ts";
import { ClamAv } from "@/services/ocr/clamav.ts";
import { Readers } from "@/services/ocr/reader/readers.ts";
import type { WorkerConfig } from "@/services/ocr/worker/config.ts";
import type { WorkerParts } from "@/services/ocr/worker/parts.ts";
import { DocumentQueue } from "@/services/ocr/worker/queue.ts";
import { readJob } from "@/services/ocr/worker/read_job.ts";
import { BACKOFF_MS } from "@/services/ocr/worker/tries.ts";
import { Unlocks } from "@/services/ocr/worker/unlock.ts";
import { OutboxRelay } from "@/services/outbox/relay.ts";
import { PostgresOutbox } from "@/services/outbox/table.ts";
import { checkAppRole } from "@/services/postgres/app_role.ts";
import { connectPool } from "@/services/postgres/pool.ts";
import { createResourceStore } from "@/services/resources/store.ts";

/** How often a worker says what it does. */
const HEALTH_MS = 60_000;
/** Transactions beside those of the documents: relay, passwords. */
const SPARE_TRANSACTIONS = 3;

export interface StartOptions {
  /** Program of the reading process, where it is not ours. */
  readonly readerEntry?: string;
  readonly backoffMs?: readonly number[];
}

export interface Worker {
  /** undefined: nobody scrapes it. */
  readonly metricsPort: number | undefined;
  counts(): { busy: number; done: number };
  /** Takes no more documents, hands back those under way, ends every part. */
  close(): Promise<void>;
  /** Settles when it can read no more for good. */
  readonly broken: Promise<string>;
}

/** Starts a worker. Rejects with what could not be reached. */
export async function startWorker(
  config: WorkerConfig,
  log: Log,
  { readerEntry, backoffMs = BACKOFF_MS }: StartOptions = {},
): Promise<Worker> {
  const registry = new Registry(WORKER_METRICS);
  const self = watchProcess(registry, "worker");
  const failed = (error: unknown) => {
    registry.count("innstream_failures_total", {});
    log("warn", "a part failed and is tried again", errorFields(error));
  };
  const aadhaarKeys = await Promise.all(config.aadhaarKeys.map((path) => Deno.readTextFile(path)));
  const sql = connectPool(config.databaseUrl, {
    max: config.concurrency + SPARE_TRANSACTIONS,
    applicationName: "innstream-ocr",
  });
  const wrongRole = await checkAppRole(sql);
  if (wrongRole !== undefined) throw new Error(wrongRole);
  const nats = await connectNats(config.natsUrl, "innstream-ocr");
  const js = jetstream(nats);
  const jsm = await jetstreamManager(nats);
  watchNats(nats, registry);
  const relay = new OutboxRelay({ js, table: new PostgresOutbox(sql), registry, failed });
  const resources = createResourceStore({
    sql,
    position: () => Promise.reject(new Error("A worker lists nothing")),
    committed: (rows) => relay.nudge(rows),
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
  });
  const readers = new Readers(readerEntry);
  const parts: WorkerParts = {
    config,
    sql,
    nats,
    js,
    resources,
    originals: new Originals(new ChunkStore(js, jsm)),
    previews: new Previews(js),
    readers,
    scanner: config.clamav && new ClamAv(config.clamav),
    aadhaarKeys,
    backoffMs,
    now: () => Date.now(),
    registry,
    log,
  };
  const unlocks = new Unlocks(parts);
  const queue = new DocumentQueue({
    js,
    jsm,
    concurrency: config.concurrency,
    work: (job, signal) => readJob(parts, job, signal),
    failed,
  });
  const health = setInterval(() => {
    log("info", "reading documents", { ...queue.counts(), rssBytes: Deno.memoryUsage().rss });
  }, HEALTH_MS);

  const endpoint = config.metricsPort === undefined ? undefined : serveMetrics({
    hostname: config.metricsHost,
    port: config.metricsPort,
    registry,
    measures: [self.measure, askPostgres(sql, registry)],
    log,
  });

  let closing: Promise<void> | undefined;
  const close = async () => {
    clearInterval(health);
    self.close();
    await endpoint?.close();
    await Promise.all([queue.close(), unlocks.close()]);
    await readers.close();
    await relay.close();
    await nats.drain().catch(() => nats.close());
    await sql.end({ timeout: 5 });
  };
  return {
    metricsPort: endpoint?.port,
    counts: () => queue.counts(),
    close: () => closing ??= close(),
    broken: nats.closed().then(() =>
      closing === undefined ? "the connection to NATS is closed for good" : new Promise<string>(() => {})
    ),
  };
}
