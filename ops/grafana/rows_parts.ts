import { at, quantiles, rate, type Row, sumOf } from "./panel.ts";

const CHAT: Row = {
  title: "Chat",
  panels: [
    {
      title: "Messages",
      description: "Committed, a second.",
      kind: "timeseries",
      unit: "ops",
      queries: [{ expr: sumOf(rate("innstream_chat_messages_total")), legend: "messages" }],
    },
    {
      title: "Rooms joined",
      description: "Over all chat sockets.",
      kind: "timeseries",
      unit: "short",
      queries: [{ expr: at("innstream_chat_joined"), legend: "{{instance}}" }],
    },
    {
      title: "Sending",
      description: "From the frame of a message to its ack. Promised: 99 % within 1 s.",
      kind: "timeseries",
      unit: "s",
      queries: quantiles("innstream_chat_send_seconds", [0.5, 0.99]),
      limit: 1,
    },
    {
      title: "History",
      description: "Reading what a join shows. Promised: 99 % within 1 s.",
      kind: "timeseries",
      unit: "s",
      queries: quantiles("innstream_chat_history_seconds", [0.5, 0.99]),
      limit: 1,
    },
    {
      title: "Typing",
      description:
        "From the frame to the write to the others, on one instance. Promised: 99 % within 100 ms.",
      kind: "timeseries",
      unit: "s",
      queries: quantiles("innstream_chat_typing_seconds", [0.5, 0.99]),
      limit: 0.1,
    },
    {
      title: "Presence",
      description: "From the last sign of life to telling that somebody is gone. Promised: 99 % within 5 s.",
      kind: "timeseries",
      unit: "s",
      queries: quantiles("innstream_chat_presence_detect_seconds", [0.5, 0.99]),
      limit: 5,
    },
  ],
};

const DOCUMENTS: Row = {
  title: "Uploads and reading",
  panels: [
    {
      title: "Uploads",
      description: "Ended, by outcome.",
      kind: "timeseries",
      unit: "ops",
      queries: [{ expr: sumOf(rate("innstream_uploads_total"), "outcome"), legend: "{{outcome}}" }],
    },
    {
      title: "Bytes taken",
      description: "Bytes of files that were acknowledged, a second.",
      kind: "timeseries",
      unit: "Bps",
      queries: [{ expr: sumOf(rate("innstream_upload_bytes_total")), legend: "bytes" }],
    },
    {
      title: "Waiting to be read",
      description: "Above 50 for 10 minutes there is a ticket: one more worker.",
      kind: "timeseries",
      unit: "short",
      queries: [{ expr: `max(${at("innstream_ocr_waiting")})`, legend: "documents" }],
      limit: 50,
    },
    {
      title: "Documents read",
      description: "By outcome, on all workers.",
      kind: "timeseries",
      unit: "ops",
      queries: [{
        expr: "sum by (outcome) (rate(innstream_ocr_documents_total[$__rate_interval]))",
        legend: "{{outcome}}",
      }],
    },
    {
      title: "Reading one document",
      description: "On all workers. Beyond 60 s a document is given up.",
      kind: "timeseries",
      unit: "s",
      queries: [0.5, 0.9].map((q) => ({
        expr:
          `histogram_quantile(${q}, sum by (le) (rate(innstream_ocr_read_seconds_bucket[$__rate_interval])))`,
        legend: `p${q * 100}`,
      })),
      limit: 60,
    },
  ],
};

const FLAGS: Row = {
  title: "Streaming, for whom",
  panels: [
    {
      title: "Master switch",
      description: "1: organisations may stream, as far as the rollout goes.",
      kind: "stat",
      unit: "bool_yes_no",
      queries: [{ expr: `min(${at("innstream_flag_value", 'flag="REALTIME_STREAMING_V2"')})`, legend: "on" }],
    },
    {
      title: "Rollout",
      description: "Share of the organisations that stream while the switch is on.",
      kind: "stat",
      unit: "percent",
      queries: [{
        expr: `max(${at("innstream_flag_value", 'flag="REALTIME_ROLLOUT_PERCENT"')})`,
        legend: "rollout",
      }],
    },
    {
      title: "Sent elsewhere",
      description: "Connections told to go: an instance that restarts, or back to the long poll.",
      kind: "timeseries",
      unit: "ops",
      queries: [{ expr: sumOf(rate("innstream_downgrades_total"), "reason"), legend: "{{reason}}" }],
    },
    {
      title: "Flags seen",
      description: "1: the instance watches the bucket of flags; 0: its last values hold.",
      kind: "timeseries",
      unit: "short",
      queries: [{ expr: at("innstream_flag_store_up"), legend: "{{instance}}" }],
    },
    {
      title: "Changes of flags",
      description: "Each instance sees every change.",
      kind: "timeseries",
      unit: "short",
      queries: [{
        expr: `increase(${at("innstream_flag_changes_total")}[$__rate_interval])`,
        legend: "{{instance}}",
      }],
    },
  ],
};

const REST: Row = {
  title: "REST and access",
  panels: [
    {
      title: "Requests",
      description: "By status; polls and upgrades are counted as connections.",
      kind: "timeseries",
      unit: "reqps",
      stacked: true,
      queries: [{ expr: sumOf(rate("innstream_http_requests_total"), "status"), legend: "{{status}}" }],
    },
    {
      title: "Answering",
      description: "Of requests that do not wait on purpose.",
      kind: "timeseries",
      unit: "s",
      queries: quantiles("innstream_http_request_seconds", [0.5, 0.99], "method"),
    },
    {
      title: "Tokens refused",
      description: "By problem code. Above one a second there is a ticket.",
      kind: "timeseries",
      unit: "ops",
      queries: [{ expr: sumOf(rate("innstream_auth_failures_total"), "code"), legend: "{{code}}" }],
      limit: 1,
    },
    {
      title: "Too many",
      description: "Requests and frames that a limit refused, and events that the audit log did.",
      kind: "timeseries",
      unit: "ops",
      queries: [
        { expr: sumOf(rate("innstream_rate_limited_total"), "limit"), legend: "{{limit}}" },
        { expr: `sum(${rate("innstream_audit_dropped_total")})`, legend: "audit" },
      ],
    },
    {
      title: "Revocations",
      description: "Heard by each instance.",
      kind: "timeseries",
      unit: "short",
      queries: [{
        expr: `increase(${at("innstream_revocations_total")}[$__rate_interval])`,
        legend: "{{instance}}",
      }],
    },
  ],
};

const PROCESSES: Row = {
  title: "Processes",
  panels: [
    {
      title: "CPU",
      description: "Cores in use. An app serves on one; near 1 it is full.",
      kind: "timeseries",
      unit: "short",
      queries: [{ expr: rate("process_cpu_seconds_total"), legend: "{{instance}}" }],
      limit: 0.9,
    },
    {
      title: "Memory",
      description: "Resident. Above 1 GiB for 15 minutes there is a ticket.",
      kind: "timeseries",
      unit: "bytes",
      queries: [{ expr: at("process_resident_memory_bytes"), legend: "{{instance}}" }],
      limit: 1024 ** 3,
    },
    {
      title: "Event-loop lag, p99",
      description: "How late timers run. Everything on the instance is as late.",
      kind: "timeseries",
      unit: "s",
      queries: quantiles("innstream_event_loop_lag_seconds", [0.99], "instance"),
      limit: 0.1,
    },
    {
      title: "Running for",
      description: "Since the start of the process.",
      kind: "stat",
      unit: "s",
      queries: [{ expr: `time() - ${at("process_start_time_seconds")}`, legend: "{{instance}}" }],
    },
    {
      title: "Versions",
      description: "What runs, and on how many processes. Two versions: a deployment is under way.",
      kind: "stat",
      unit: "short",
      queries: [{
        expr: "count by (process, version, deno) (innstream_build_info)",
        legend: "{{process}} {{version}}, Deno {{deno}}",
      }],
    },
    {
      title: "Failures",
      description: "What went wrong where there was nobody to answer to; the log has them.",
      kind: "timeseries",
      unit: "ops",
      queries: [{ expr: rate("innstream_failures_total"), legend: "{{instance}}" }],
      limit: 0.1,
    },
  ],
};

const SERVERS: Row = {
  title: "NATS and PostgreSQL",
  panels: [
    {
      title: "NATS connected",
      description: "1 on each instance.",
      kind: "timeseries",
      unit: "short",
      queries: [{ expr: at("innstream_nats_connected"), legend: "{{instance}}" }],
    },
    {
      title: "Connections made again",
      description: "To NATS. More than three within 15 minutes are a ticket.",
      kind: "timeseries",
      unit: "short",
      queries: [{ expr: `increase(${at("innstream_nats_reconnects_total")}[15m])`, legend: "{{instance}}" }],
      limit: 3,
    },
    {
      title: "PostgreSQL answers",
      description: "1 on each instance.",
      kind: "timeseries",
      unit: "short",
      queries: [{ expr: at("innstream_postgres_up"), legend: "{{instance}}" }],
    },
    {
      title: "Stream recreated",
      description: "The events stream was found to be another one, or shorter. Good: never.",
      kind: "timeseries",
      unit: "short",
      queries: [{
        expr: `increase(${at("innstream_epoch_changes_total")}[$__rate_interval])`,
        legend: "{{instance}}",
      }],
    },
  ],
};

export const PART_ROWS: readonly Row[] = [CHAT, DOCUMENTS, FLAGS, REST, PROCESSES, SERVERS];
