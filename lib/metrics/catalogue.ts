/** Upper bounds of the buckets of a histogram, in seconds, rising; above the last there is always one more. */
export type Buckets = readonly number[];

export interface MetricDefinition {
  readonly type: "counter" | "gauge" | "histogram";
  /** One sentence for people, without a full stop. */
  readonly help: string;
  /** Names of labels. Their values come from sets that are known beforehand, never from a request. */
  readonly labels?: readonly string[];
  readonly buckets?: Buckets;
}

/** Around 10, 50 and 100 ms, which is what is promised of delivery and typing. */
const DELIVERY: Buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Around the 5 s in which presence must be right. */
const PRESENCE: Buckets = [0.25, 0.5, 1, 2, 3, 4, 5, 7.5, 10, 30];
const READING: Buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Every metric that a process of ours tells, by name. Names follow prometheus.io: one prefix, base units, `_total` on
 * counters, no ids as labels. `streaming_*` are the names that the product's alerts are written with.
 */
export const METRICS = {
  innstream_build_info: {
    type: "gauge",
    help: "1, with what runs as labels",
    labels: ["process", "version", "deno"],
  },
  process_cpu_seconds_total: { type: "counter", help: "User and system time of the process" },
  process_resident_memory_bytes: { type: "gauge", help: "Resident memory of the process" },
  process_start_time_seconds: { type: "gauge", help: "When the process began, in Unix time" },
  innstream_event_loop_lag_seconds: { type: "histogram", help: "How late a timer runs", buckets: DELIVERY },

  innstream_connections: { type: "gauge", help: "What is open now", labels: ["endpoint"] },
  innstream_connections_max: { type: "gauge", help: "Most connections that this instance takes" },
  innstream_connections_opened_total: { type: "counter", help: "Connections accepted", labels: ["endpoint"] },
  innstream_connections_refused_total: {
    type: "counter",
    help: "Upgrades and polls refused, by problem code",
    labels: ["endpoint", "code"],
  },
  innstream_connections_closed_total: {
    type: "counter",
    help: "Sockets closed, by the name of the close code; gone: the client went",
    labels: ["endpoint", "reason"],
  },
  innstream_send_buffer_bytes: { type: "gauge", help: "Bytes that sockets of the stream have not sent yet" },
  innstream_feeds: { type: "gauge", help: "Organisations whose events this instance reads" },

  innstream_events_published_total: {
    type: "counter",
    help: "Events that the relay published from the outbox",
  },
  innstream_event_publish_seconds: {
    type: "histogram",
    help: "From the commit to JetStream's acknowledgement",
    buckets: DELIVERY,
  },
  innstream_events_delivered_total: {
    type: "counter",
    help: "Events written to sockets and polls",
    labels: ["service"],
  },
  innstream_events_dropped_total: {
    type: "counter",
    help: "Events kept on dead.> instead of shown, by reason",
    labels: ["reason"],
  },
  innstream_event_delivery_seconds: {
    type: "histogram",
    help:
      "From the commit of a record, or the publishing of another program, to the write to the socket; live events only",
    labels: ["service"],
    buckets: DELIVERY,
  },
  innstream_resumes_total: {
    type: "counter",
    help: "Sockets and polls that came with a position: nothing missed, replayed, or reset",
    labels: ["outcome"],
  },
  innstream_resets_total: { type: "counter", help: "Clients told to read again", labels: ["reason"] },
  innstream_catch_ups_total: {
    type: "counter",
    help: "Catch-ups, by where the events came from",
    labels: ["source"],
  },
  innstream_catch_ups_active: { type: "gauge", help: "Catch-ups from the stream under way" },
  innstream_downgrades_total: { type: "counter", help: "Connections sent elsewhere", labels: ["reason"] },
  innstream_outbox_rows: { type: "gauge", help: "Committed events that wait to be published" },
  innstream_outbox_oldest_seconds: { type: "gauge", help: "Age of the oldest of them" },

  innstream_chat_messages_total: { type: "counter", help: "Messages committed" },
  innstream_chat_send_seconds: {
    type: "histogram",
    help: "From the frame of a message to its ack",
    buckets: DELIVERY,
  },
  innstream_chat_history_seconds: {
    type: "histogram",
    help: "Reading the messages that a join shows",
    buckets: DELIVERY,
  },
  innstream_chat_typing_seconds: {
    type: "histogram",
    help: "From the frame of who types to the write to the others, on one instance",
    buckets: DELIVERY,
  },
  innstream_chat_presence_detect_seconds: {
    type: "histogram",
    help: "From the last sign of life of another instance to telling that its people are gone",
    buckets: PRESENCE,
  },
  innstream_chat_joined: { type: "gauge", help: "Rooms joined, over all chat sockets" },

  innstream_uploads_total: { type: "counter", help: "Uploads ended, by outcome", labels: ["outcome"] },
  innstream_upload_bytes_total: { type: "counter", help: "Bytes of uploads that are complete" },
  innstream_ocr_documents_total: {
    type: "counter",
    help: "Documents read by a worker, by outcome",
    labels: ["outcome"],
  },
  innstream_ocr_read_seconds: { type: "histogram", help: "Reading one document", buckets: READING },
  innstream_ocr_waiting: { type: "gauge", help: "Documents that wait for a worker" },

  innstream_flag_value: {
    type: "gauge",
    help: "Value of a feature flag: 0 or 1, or the percentage",
    labels: ["flag"],
  },
  innstream_flag_changes_total: { type: "counter", help: "Changes of feature flags seen" },
  innstream_flag_store_up: {
    type: "gauge",
    help: "1: the bucket of flags is watched; 0: the last values hold",
  },

  innstream_http_requests_total: {
    type: "counter",
    help: "Requests answered; polls and upgrades are left out",
    labels: ["method", "status"],
  },
  innstream_http_request_seconds: {
    type: "histogram",
    help: "Answering a request; polls and upgrades are left out",
    labels: ["method"],
    buckets: DELIVERY,
  },
  innstream_auth_failures_total: {
    type: "counter",
    help: "Requests and frames refused for their token, by problem code",
    labels: ["code"],
  },
  innstream_rate_limited_total: {
    type: "counter",
    help: "Requests and frames refused for being too many",
    labels: ["limit"],
  },
  innstream_audit_dropped_total: {
    type: "counter",
    help: "Events that were too many for the audit log, or could not be kept there",
  },
  innstream_revocations_total: { type: "counter", help: "Revocations that this instance has heard" },
  innstream_nats_connected: { type: "gauge", help: "1: connected to NATS" },
  innstream_nats_reconnects_total: {
    type: "counter",
    help: "Times that the connection to NATS was made again",
  },
  innstream_postgres_up: { type: "gauge", help: "1: PostgreSQL answered when last asked" },
  innstream_epoch_changes_total: {
    type: "counter",
    help: "Times that the events stream was found recreated or shortened",
  },
  innstream_failures_total: {
    type: "counter",
    help: "What went wrong where there was nobody to answer to, and was tried again",
  },

  streaming_active_connections: { type: "gauge", help: "Sockets of the stream that are open" },
  streaming_avg_latency_ms: {
    type: "gauge",
    help: "Mean delivery of live events over the last minute, in milliseconds",
  },
  streaming_errors: { type: "counter", help: "Handshakes refused, error frames, connections given up" },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
