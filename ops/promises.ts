/** One promise to those who use the product, as the share of what happened that kept it. */
export interface Promised {
  /** In the names of recorded series. */
  readonly name: string;
  readonly alert: string;
  /** Page of docs/runbooks, without its ending. */
  readonly runbook: string;
  /** What was promised, for people; goes on after "of". */
  readonly what: string;
  /** Share that must keep it, over 30 days. */
  readonly objective: number;
  /** Everything that counts, per second, over a window. */
  total(window: string): string;
  /** Share of it that broke the promise, over a window. */
  bad(window: string): string;
  /** The counters of one instance, without its labels, when so many kept the promise and so many broke it. */
  counters(kept: number, broke: number): Readonly<Record<string, number>>;
}

/** Of what is promised in seconds. */
const WITHIN_OBJECTIVE = 0.99;
/** Of what must not fail. */
const ANSWERED_OBJECTIVE = 0.999;

type Counted = Pick<Promised, "total" | "bad" | "counters">;

/** Every promise that is watched. Targets in seconds are bounds of buckets in lib/metrics/catalogue.ts. */
export const PROMISES: readonly Promised[] = [
  {
    name: "delivery",
    alert: "InnstreamDeliveryLate",
    runbook: "delivery-late",
    what: "events are delivered within 100 ms",
    objective: WITHIN_OBJECTIVE,
    ...within("innstream_event_delivery_seconds", "0.1"),
  },
  {
    name: "chat_send",
    alert: "InnstreamChatSendSlow",
    runbook: "chat-send-slow",
    what: "messages are acknowledged within 1 s",
    objective: WITHIN_OBJECTIVE,
    ...within("innstream_chat_send_seconds", "1"),
  },
  {
    name: "chat_history",
    alert: "InnstreamChatHistorySlow",
    runbook: "chat-history-slow",
    what: "histories are read within 1 s",
    objective: WITHIN_OBJECTIVE,
    ...within("innstream_chat_history_seconds", "1"),
  },
  {
    name: "chat_typing",
    alert: "InnstreamChatTypingLate",
    runbook: "chat-typing-late",
    what: "typing is told within 100 ms",
    objective: WITHIN_OBJECTIVE,
    ...within("innstream_chat_typing_seconds", "0.1"),
  },
  {
    name: "chat_presence",
    alert: "InnstreamChatPresenceLate",
    runbook: "chat-presence-late",
    what: "people who are gone are noticed within 5 s",
    objective: WITHIN_OBJECTIVE,
    ...within("innstream_chat_presence_detect_seconds", "5"),
  },
  {
    name: "rest",
    alert: "InnstreamRestFailing",
    runbook: "rest-failing",
    what: "requests are answered without an error of ours",
    objective: ANSWERED_OBJECTIVE,
    ...answered(),
  },
  {
    name: "connect",
    alert: "InnstreamConnectFailing",
    runbook: "connect-failing",
    what: "sockets and polls are let in",
    objective: ANSWERED_OBJECTIVE,
    ...admitted(),
  },
];

/** Observations of a histogram up to a bound; the others broke the promise. */
function within(histogram: string, bound: string): Counted {
  const total = (window: string) => `sum(rate(${histogram}_count[${window}]))`;
  const inTime = `${histogram}_bucket{le="${bound}"}`;
  return {
    total,
    bad: (window) => `1 - sum(rate(${inTime}[${window}])) / ${total(window)}`,
    counters: (kept, broke) => ({ [inTime]: kept, [`${histogram}_count`]: kept + broke }),
  };
}

/** Requests that were answered by a status of ours. */
function answered(): Counted {
  const total = (window: string) => `sum(rate(innstream_http_requests_total[${window}]))`;
  const failed = (window: string) =>
    `(sum(rate(innstream_http_requests_total{status=~"5.*"}[${window}])) or vector(0))`;
  return {
    total,
    bad: (window) => `${failed(window)} / ${total(window)}`,
    counters: (kept, broke) => ({
      'innstream_http_requests_total{method="GET", status="404"}': kept,
      'innstream_http_requests_total{method="POST", status="503"}': broke,
    }),
  };
}

/** Refusals that are our fault; who has no token, or may not stream, is refused with reason. */
function admitted(): Counted {
  const rate = (metric: string, window: string) => `(sum(rate(${metric}[${window}])) or vector(0))`;
  const opened = (window: string) => rate("innstream_connections_opened_total", window);
  const refused = (window: string) =>
    rate(`innstream_connections_refused_total{code=~"server_full|unavailable|internal"}`, window);
  const total = (window: string) => `(${opened(window)} + ${refused(window)})`;
  return {
    total,
    bad: (window) => `${refused(window)} / ${total(window)}`,
    counters: (kept, broke) => ({
      'innstream_connections_opened_total{endpoint="stream"}': kept,
      'innstream_connections_refused_total{endpoint="stream", code="streaming_off"}': kept,
      'innstream_connections_refused_total{endpoint="chat", code="server_full"}': broke,
    }),
  };
}

/** A budget that would be used up so many times faster than it lasts, seen over a long window and still over a short one. */
export interface Burn {
  readonly factor: number;
  readonly long: string;
  readonly short: string;
}

/** 2 % of the budget of 30 days in 1 h, or 5 % in 6 h: somebody is woken. */
export const PAGE_BURNS: readonly Burn[] = [
  { factor: 14.4, long: "1h", short: "5m" },
  { factor: 6, long: "6h", short: "30m" },
];
/** 10 % of it in 3 d: somebody looks in working hours. */
export const TICKET_BURNS: readonly Burn[] = [{ factor: 1, long: "3d", short: "6h" }];

/** With fewer than these in the long window a single one would decide. */
export const COUNTED_MIN = 100;

/** The share of failures from which such a burn speaks. */
export function limitOf({ objective }: Promised, { factor }: Burn): number {
  return Number((factor * (1 - objective)).toPrecision(6));
}
