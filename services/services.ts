import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Principal } from "@/lib/auth/principal.ts";
import { Registry } from "@/lib/metrics/registry.ts";
import { parseRange, type Range } from "@/lib/net/addresses.ts";
import { NatsBus } from "@/services/chat/bus.ts";
import { Chat } from "@/services/chat/chat.ts";
import { type ChatRest, createChatRest } from "@/services/chat/chat_rest.ts";
import { PostgresChatRecord } from "@/services/chat/record.ts";
import type { Config } from "@/services/config.ts";
import { AuditLog } from "@/services/audit/audit_log.ts";
import { auditEnd } from "@/services/audit/audit_end.ts";
import { Tickets } from "@/services/auth/tickets.ts";
import { Revocations } from "@/services/auth/revocations.ts";
import { Tokens } from "@/services/auth/tokens.ts";
import { ChunkStore } from "@/services/documents/chunk_store.ts";
import { Documents } from "@/services/documents/documents.ts";
import { Originals } from "@/services/documents/originals.ts";
import { Previews } from "@/services/documents/previews.ts";
import { UploadSweeper } from "@/services/documents/sweeper.ts";
import { Uploads } from "@/services/documents/uploads.ts";
import { Derived } from "@/services/derived/derived.ts";
import { Validator } from "@/services/events/validator.ts";
import { Erasures } from "@/services/erasure/erasures.ts";
import { FEED_REQUEST_MS } from "@/services/feeds/consume.ts";
import { Feeds } from "@/services/feeds/feeds.ts";
import { FlagChanges } from "@/services/flags/changes.ts";
import { Flags } from "@/services/flags/flags.ts";
import { OrganisationIds } from "@/services/flags/organisations.ts";
import { OrgSource } from "@/services/feeds/org_source.ts";
import { ProcessSource } from "@/services/feeds/process_source.ts";
import { RateLimits } from "@/services/http/rate_limits.ts";
import { errorFields, type Failed, type Log } from "@/services/log.ts";
import { APP_METRICS, appMeasures, beginAtZero, watchNats } from "@/services/metrics/app_metrics.ts";
import { type MetricsEndpoint, serveMetrics } from "@/services/metrics/endpoint.ts";
import { watchProcess } from "@/services/metrics/process.ts";
import { connectNats } from "@/services/nats/connect.ts";
import { JetStreamLog } from "@/services/nats/event_log.ts";
import { declareStreams, renewEpoch } from "@/services/nats/streams.ts";
import { StreamWatch } from "@/services/nats/stream_watch.ts";
import { OutboxRelay } from "@/services/outbox/relay.ts";
import { PostgresOutbox } from "@/services/outbox/table.ts";
import { checkAppRole } from "@/services/postgres/app_role.ts";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import { systemClock } from "@/services/realtime/clock.ts";
import { Connections } from "@/services/realtime/connections.ts";
import { Fleet } from "@/services/realtime/fleet.ts";
import { Metrics } from "@/services/realtime/metrics.ts";
import { type Recent, RecentEvents, type RecentQuery } from "@/services/realtime/recent.ts";
import { forgetIdempotencyKeys } from "@/services/resources/idempotency.ts";
import { createResourceStore, type ResourceStore } from "@/services/resources/store.ts";

/** Longest wait for PostgreSQL when asked whether the instance is ready. */
const READY_TIMEOUT_MS = 2_000;
/** Wait after a failed recovery from an interruption. */
const RECOVER_RETRY_MS = 1_000;
const FORGET_KEYS_MS = 600_000;

/** Everything a request can reach. */
export interface Services {
  readonly config: Config;
  readonly log: Log;
  readonly sql: Sql;
  readonly nats: NatsConnection;
  readonly tokens: Tokens;
  readonly tickets: Tickets;
  readonly revocations: Revocations;
  readonly rateLimits: RateLimits;
  readonly audit: AuditLog;
  readonly trustedProxies: readonly Range[];
  readonly resources: ResourceStore;
  readonly relay: OutboxRelay;
  readonly feeds: Feeds;
  readonly connections: Connections;
  readonly metrics: Metrics;
  /** What this instance counts. */
  readonly registry: Registry;
  /** undefined: nobody scrapes this instance. */
  readonly metricsEndpoint: MetricsEndpoint | undefined;
  readonly validator: Validator;
  /** The latest events that a person may see. */
  readonly recent: (principal: Principal, query: RecentQuery) => Promise<Recent>;
  readonly flags: Flags;
  readonly flagChanges: FlagChanges;
  readonly organisationIds: OrganisationIds;
  readonly fleet: Fleet;
  /** undefined: this instance leaves that to others. */
  readonly derived: Derived | undefined;
  readonly uploads: Uploads;
  readonly documents: Documents;
  readonly uploadSweeper: UploadSweeper;
  readonly originals: Originals;
  readonly previews: Previews;
  readonly erasures: Erasures;
  readonly chat: Chat;
  readonly chatRest: ChatRest;
  /** Reports what went wrong where there is nobody to answer to. */
  readonly failed: Failed;
  /** What keeps this instance from serving, by part; empty when it is ready. */
  missing(): Promise<Readonly<Record<string, string>>>;
  /** Sends the clients elsewhere; call before the listener is closed. */
  drain(): Promise<void>;
  /** Ends what `startServices` began, in the reverse order. */
  close(): Promise<void>;
}

/** Starts every part that the app needs, in order. Rejects with what could not be reached. */
export async function startServices(config: Config, log: Log): Promise<Services> {
  const registry = new Registry(APP_METRICS);
  beginAtZero(registry);
  const self = watchProcess(registry, "app");
  const failed: Failed = (error, about) => {
    registry.count("innstream_failures_total", {});
    log("warn", "a part failed and is tried again", { ...about, ...errorFields(error) });
  };
  const sql = connectPool(config.databaseUrl, { max: config.databasePool, applicationName: "innstream" });
  const refusal = await checkAppRole(sql);
  if (refusal !== undefined) throw new Error(refusal);
  const nats = await connectNats(config.natsUrl, "innstream");
  watchNats(nats, registry);
  const js = jetstream(nats);
  const jsm = await jetstreamManager(nats);
  const newEpoch = () => crypto.randomUUID().replaceAll("-", "");
  const declare = () =>
    declareStreams(jsm, { replicas: config.eventsReplicas, documentBytes: config.documentBytes, newEpoch });
  await declare();
  const stream = new JetStreamLog(jsm);
  const recents = new RecentEvents(new JetStreamLog(jsm, { history: true }));
  const metrics = new Metrics(registry, failed);
  const audit = new AuditLog({ sql, registry, log, now: () => Date.now(), failed });
  const connections = new Connections({
    max: config.maxConnections,
    maxPerUser: config.maxConnectionsPerUser,
    random: Math.random,
    registry,
    isRevoked: (principal) => revocations.covers(principal),
    ended: (held, reason) => auditEnd(audit, held, reason),
  });
  const revocations: Revocations = await Revocations.start({
    sql,
    nats,
    registry,
    revoked: (concerns) => connections.revoke(concerns),
    now: () => Date.now(),
    failed,
  });
  const isRevoked = (principal: Principal) => revocations.covers(principal);
  const patience = { timeout: FEED_REQUEST_MS };
  const feedJs = jetstream(nats, patience);
  const ended = () => void feeds.restart();
  const feeds: Feeds = new Feeds({
    source: config.feedConsumer === "org" ? new OrgSource(feedJs, ended) : new ProcessSource(feedJs, ended),
    log: new JetStreamLog(await jetstreamManager(nats, patience)),
    clock: systemClock,
    meter: metrics,
    bufferLimit: () => connections.bufferLimit(),
    failed,
  });
  const flagChanges = new FlagChanges(sql, failed);
  const flags: Flags = await Flags.start({
    js,
    jsm,
    replicas: config.eventsReplicas,
    newEpoch,
    initial: config.initialFlags,
    audit: (changes) => flagChanges.add(changes),
    changed: () => void connections.downgrade((orgId) => flags.streams(orgId)),
    now: () => new Date(),
    registry,
    log,
    failed,
  });
  const fleet = new Fleet({
    nats,
    instance: crypto.randomUUID(),
    counts: () => connections.counts(),
    metrics: (orgId) => metrics.measured(orgId),
    failed,
  });
  const validator = new Validator({ js, jsm, registry, failed });
  const outbox = new PostgresOutbox(sql);
  const relay = new OutboxRelay({ js, table: outbox, registry, failed });
  const resources = createResourceStore({
    sql,
    position: async () => {
      const { epoch, last } = await stream.state();
      return { epoch, seq: last };
    },
    committed: (rows) => relay.nudge(rows),
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
  });
  const derived = config.derive
    ? new Derived({ js, jsm, sql, resources, now: () => Date.now(), failed })
    : undefined;
  const store = new ChunkStore(js, jsm);
  const uploads = new Uploads({
    store,
    sql,
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
    committed: (rows) => relay.nudge(rows),
    ended: (outcome, bytes) => {
      registry.count("innstream_uploads_total", { outcome });
      registry.count("innstream_upload_bytes_total", {}, bytes);
    },
  });
  const originals = new Originals(store);
  const previews = new Previews(js);
  const uploadSweeper = new UploadSweeper({
    sql,
    uploads,
    previews,
    newId: () => crypto.randomUUID(),
    failed,
  });
  const documents = new Documents({
    sql,
    resources,
    originals,
    previews,
    scanRequired: config.clamavRequired,
    removed: () => void uploadSweeper.sweep(),
  });
  const erasures = new Erasures({
    sql,
    jsm,
    nats,
    store,
    previews,
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
    committed: (rows) => relay.nudge(rows),
    forget: (orgId, records) => feeds.forget(orgId, records),
    failed,
  });
  const chat = new Chat({
    record: new PostgresChatRecord(sql),
    bus: new NatsBus(nats, failed),
    clock: systemClock,
    instance: crypto.randomUUID(),
    registry,
    failed,
  });
  const chatRest = createChatRest({
    sql,
    told: (orgId, roomId) => chat.membersChanged(orgId, roomId),
    online: (orgId, roomId) => chat.online(orgId, roomId),
    now: () => Date.now(),
    random: Math.random,
    failed,
  });
  /** Counts the interruptions: the recovery from one ends where another one begins, or the end. */
  let recoveries = 0;
  const recover = async () => {
    for (const own = ++recoveries; own === recoveries;) {
      try {
        await declare();
        await validator.restart(watch.state.epoch);
        await derived?.restart(watch.state.epoch);
        await revocations.read();
        return await relay.sweep();
      } catch (error) {
        failed(error);
        await new Promise((resolve) => setTimeout(resolve, RECOVER_RETRY_MS));
      }
    }
  };
  const watch = await StreamWatch.start({
    connection: nats,
    log: stream,
    declare,
    seen: (epoch) => feeds.head(epoch),
    renew: () => renewEpoch(jsm, newEpoch),
    failed,
    interrupted: (why) => {
      if (why === "recreated") registry.count("innstream_epoch_changes_total", {});
      log("warn", "the events stream was interrupted", { why });
      void feeds.restart();
      void recover();
      void flags.restart();
    },
  });
  await validator.restart(watch.state.epoch);
  await derived?.restart(watch.state.epoch);
  void relay.sweep();
  const measures = [
    self.measure,
    ...appMeasures({ registry, connections, feeds, flags, chat, outbox, sql, jsm }),
  ];
  const endpoint = config.metricsPort === undefined ? undefined : serveMetrics({
    hostname: config.metricsHost,
    port: config.metricsPort,
    registry,
    measures,
    log,
  });
  const forgetting = setInterval(() => void forgetIdempotencyKeys(sql).catch(failed), FORGET_KEYS_MS);

  return {
    config,
    log,
    sql,
    nats,
    tokens: new Tokens(config, isRevoked),
    tickets: new Tickets(
      js,
      jsm,
      isRevoked,
      (principal) => audit.noteOf(principal, { kind: "authn_token_reuse" }),
    ),
    revocations,
    audit,
    trustedProxies: (config.trustedProxies ?? []).flatMap((item) => parseRange(item) ?? []),
    rateLimits: new RateLimits({
      readsPerSecond: config.readsPerSecond,
      writesPerSecond: config.writesPerSecond,
      addressesAreClients: config.trustedProxies !== undefined,
      registry,
      now: () => Date.now(),
    }),
    resources,
    relay,
    feeds,
    connections,
    metrics,
    registry,
    metricsEndpoint: endpoint,
    validator,
    recent: (principal, query) => recents.read(principal, query),
    flags,
    flagChanges,
    organisationIds: new OrganisationIds(sql, () => Date.now()),
    fleet,
    derived,
    uploads,
    documents,
    uploadSweeper,
    originals,
    previews,
    erasures,
    chat,
    chatRest,
    failed,
    async missing() {
      const late = new Promise<string>((resolve) =>
        setTimeout(() => resolve("no answer in time"), READY_TIMEOUT_MS)
      );
      const database = sql`select 1`.then(() => undefined, (error: unknown) => {
        // The reason names hosts and roles: it is for the operator's log.
        failed(error);
        return "the database cannot be reached";
      });
      const [postgres] = await Promise.all([
        Promise.race([database, late]),
        Promise.race([watch.check(), late]),
      ]);
      return {
        ...(postgres !== undefined && { postgres }),
        ...(!watch.healthy && { nats: "the events stream cannot be read" }),
        ...(connections.draining && { app: "shutting down" }),
      };
    },
    drain: () => connections.drain(),
    async close() {
      clearInterval(forgetting);
      self.close();
      await endpoint?.close();
      watch.stop();
      recoveries++;
      validator.close();
      fleet.close();
      await flags.close();
      flagChanges.close();
      await derived?.close();
      await uploadSweeper.close();
      await erasures.close();
      await revocations.close();
      await audit.close();
      await chat.close();
      await chatRest.sweeper.close();
      await feeds.close();
      await relay.close();
      // Over a connection that is lost there is nothing to drain, but it must stop to come back.
      await nats.drain().catch(() => nats.close());
      await sql.end({ timeout: 5 });
    },
  };
}
