import { PROMISES } from "../promises.ts";
import { ratioName } from "../prometheus/promise_rules.ts";
import { at, quantiles, rate, type Row, sumOf } from "./panel.ts";

/** The panels of the product's text. */
const OVERVIEW: Row = {
  title: "Streaming",
  panels: [
    {
      title: "Active Connections",
      description: "Sockets of the stream that are open now, on the chosen instances.",
      kind: "gauge",
      unit: "short",
      queries: [{ expr: sumOf(at("streaming_active_connections")), legend: "sockets" }],
      max: 8_000,
      limit: 6_400,
    },
    {
      title: "Events Delivered",
      description: "Events written to sockets and polls, over the time that is shown.",
      kind: "stat",
      unit: "short",
      queries: [{
        expr: sumOf(`increase(${at("innstream_events_delivered_total")}[$__range])`),
        legend: "events",
      }],
    },
    {
      title: "Avg Latency",
      description:
        "From the commit to the write to the socket, live events only. Promised: 99 % within 100 ms. The alert of the product's text looks at the mean.",
      kind: "timeseries",
      unit: "s",
      queries: [
        ...quantiles("innstream_event_delivery_seconds", [0.5, 0.95, 0.99]),
        { expr: `max(${at("streaming_avg_latency_ms")}) / 1000`, legend: "mean of the slowest instance" },
      ],
      limit: 0.1,
    },
    {
      title: "Connections Over Time",
      description: "What is open, by endpoint. Polls rise where streaming is off or refused.",
      kind: "timeseries",
      unit: "short",
      queries: [{ expr: sumOf(at("innstream_connections"), "endpoint"), legend: "{{endpoint}}" }],
    },
    {
      title: "Events by Service",
      description: "Events written to sockets and polls, a second.",
      kind: "timeseries",
      unit: "ops",
      stacked: true,
      queries: [{
        expr: sumOf(rate("innstream_events_delivered_total"), "service"),
        legend: "{{service}}",
      }],
    },
    {
      title: "Error Rate",
      description:
        "Handshakes refused, error frames and connections given up, a second. Above 0.01 there is an alert.",
      kind: "timeseries",
      unit: "ops",
      queries: [{ expr: sumOf(rate("streaming_errors"), "instance"), legend: "{{instance}}" }],
      limit: 0.01,
    },
  ],
};

const PROMISED: Row = {
  title: "Promises",
  panels: [
    {
      title: "Broken within the last hour",
      description:
        "Share that broke its promise, of all instances. A page comes at 14.4 % (1.44 % of REST and connecting).",
      kind: "timeseries",
      unit: "percentunit",
      queries: PROMISES.map((promised) => ({ expr: ratioName(promised, "1h"), legend: promised.name })),
    },
    {
      title: "Budget burning, over three days",
      description: "How many times too fast the budget of 30 days is used up. Above 1 there is a ticket.",
      kind: "timeseries",
      unit: "short",
      queries: PROMISES.map((promised) => ({
        expr: `${ratioName(promised, "3d")} / ${Number((1 - promised.objective).toFixed(4))}`,
        legend: promised.name,
      })),
      limit: 1,
    },
  ],
};

const DELIVERY: Row = {
  title: "Delivery",
  panels: [
    {
      title: "Delivery by service, p99",
      description: "From the commit to the write to the socket.",
      kind: "timeseries",
      unit: "s",
      queries: quantiles("innstream_event_delivery_seconds", [0.99], "service"),
      limit: 0.1,
    },
    {
      title: "Publishing",
      description: "From the commit to JetStream's acknowledgement: the relay and NATS.",
      kind: "timeseries",
      unit: "s",
      queries: quantiles("innstream_event_publish_seconds", [0.5, 0.99]),
      limit: 0.1,
    },
    {
      title: "Dead letters",
      description: "Published messages that are no events, by what is wrong. Good: none.",
      kind: "timeseries",
      unit: "ops",
      queries: [{ expr: sumOf(rate("innstream_events_dropped_total"), "reason"), legend: "{{reason}}" }],
    },
    {
      title: "Waiting in sockets",
      description: "Bytes that clients have not read yet; at most 256 MiB on one instance.",
      kind: "timeseries",
      unit: "bytes",
      queries: [{ expr: at("innstream_send_buffer_bytes"), legend: "{{instance}}" }],
      limit: 256 * 1024 ** 2,
    },
    {
      title: "Feeds",
      description: "Organisations whose events an instance reads.",
      kind: "timeseries",
      unit: "short",
      queries: [{ expr: at("innstream_feeds"), legend: "{{instance}}" }],
    },
    {
      title: "Outbox",
      description: "Committed events that wait to be published. Good: 0.",
      kind: "timeseries",
      unit: "short",
      queries: [{ expr: `max(${at("innstream_outbox_rows")})`, legend: "waiting" }],
    },
    {
      title: "Age of the oldest in the outbox",
      description: "Above 5 s for a minute, somebody is woken.",
      kind: "timeseries",
      unit: "s",
      queries: [{ expr: `max(${at("innstream_outbox_oldest_seconds")})`, legend: "oldest" }],
      limit: 5,
    },
    {
      title: "Published by the relay",
      description: "Events a second, from the outbox to JetStream.",
      kind: "timeseries",
      unit: "ops",
      queries: [{
        expr: sumOf(rate("innstream_events_published_total"), "instance"),
        legend: "{{instance}}",
      }],
    },
  ],
};

const RESUMES: Row = {
  title: "Coming and going",
  panels: [
    {
      title: "Opened",
      description: "Connections accepted, a second.",
      kind: "timeseries",
      unit: "ops",
      queries: [{
        expr: sumOf(rate("innstream_connections_opened_total"), "endpoint"),
        legend: "{{endpoint}}",
      }],
    },
    {
      title: "Closed",
      description:
        "By the name of the close code; gone: the client went. Many slow ones: clients do not read.",
      kind: "timeseries",
      unit: "ops",
      queries: [{ expr: sumOf(rate("innstream_connections_closed_total"), "reason"), legend: "{{reason}}" }],
    },
    {
      title: "Refused",
      description: "Upgrades and polls, by problem code.",
      kind: "timeseries",
      unit: "ops",
      queries: [{ expr: sumOf(rate("innstream_connections_refused_total"), "code"), legend: "{{code}}" }],
    },
    {
      title: "Room left",
      description: "Share of the connections that an instance takes.",
      kind: "timeseries",
      unit: "percentunit",
      queries: [{
        expr: `${sumOf(at("innstream_connections"), "instance")} / on(instance) ${
          at("innstream_connections_max")
        }`,
        legend: "{{instance}}",
      }],
      limit: 0.8,
    },
    {
      title: "Resumes",
      description:
        "Connections that came back with a position: nothing missed, replayed, or told to read again.",
      kind: "timeseries",
      unit: "ops",
      queries: [{ expr: sumOf(rate("innstream_resumes_total"), "outcome"), legend: "{{outcome}}" }],
    },
    {
      title: "Resets",
      description: "Clients told to read again, by reason. Good: hardly any.",
      kind: "timeseries",
      unit: "ops",
      queries: [{ expr: sumOf(rate("innstream_resets_total"), "reason"), legend: "{{reason}}" }],
    },
    {
      title: "Catch-ups",
      description: "By where the events came from: memory or the stream.",
      kind: "timeseries",
      unit: "ops",
      queries: [{ expr: sumOf(rate("innstream_catch_ups_total"), "source"), legend: "{{source}}" }],
    },
    {
      title: "Catch-ups under way",
      description:
        "Clients that are read for from the stream now. A restart makes a peak that falls within seconds.",
      kind: "timeseries",
      unit: "short",
      queries: [{ expr: at("innstream_catch_ups_active"), legend: "{{instance}}" }],
    },
  ],
};

export const PRODUCT_ROWS: readonly Row[] = [OVERVIEW, PROMISED, DELIVERY, RESUMES];
