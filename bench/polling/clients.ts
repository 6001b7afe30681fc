import { SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import { PollMachine } from "@/lib/client/poll_machine.ts";
import { Polls } from "@/lib/client/polls.ts";
import { NOWHERE } from "@/lib/client/position.ts";

/** How a client of before, a client that fell back, and a client of today get their events. */
export type Way = "ten polls" | "turns" | "stream";

/** What all clients of a run have done together. */
export class Counts {
  /** HTTP requests that were answered, upgrades among them. */
  requests = 0;
  failed = 0;
  /** Events received: milliseconds from their publication. */
  latencies: number[] = [];

  received(data: unknown): void {
    const sent = (data as { sent?: unknown }).sent;
    if (typeof sent === "number") this.latencies.push(Date.now() - sent);
  }

  clear(): void {
    this.requests = this.failed = 0;
    this.latencies = [];
  }
}

export interface ClientOptions {
  /** `127.0.0.1:port` */
  readonly addr: string;
  readonly token: string;
  readonly counts: Counts;
  readonly signal: AbortSignal;
}

/** Starts a client; it is ready when the promise settles, and ends with the signal. */
export function startClient(way: Way, options: ClientOptions): Promise<void> {
  if (way === "stream") return stream(options);
  return Promise.resolve(way === "turns" ? turns(options) : tenPolls(options));
}

function get({ addr, token, signal, counts }: ClientOptions, path: string): Promise<Response> {
  return fetch(`http://${addr}${path}`, { headers: { authorization: `Bearer ${token}` }, signal }).then(
    (response) => {
      counts.requests++;
      if (!response.ok) counts.failed++;
      return response;
    },
  );
}

/** Ten hooks, each with a poll of its own that is asked again as soon as it is answered. */
function tenPolls(options: ClientOptions): void {
  for (const service of SERVICE_NAMES) void pollFor(SERVICES[service].base, options);
}

async function pollFor(base: string, options: ClientOptions): Promise<void> {
  const { counts, signal } = options;
  let query = "";
  while (!signal.aborted) {
    try {
      const response = await get(options, `/${base}/realtime/subscribe?${query}`);
      const { events, seq, epoch } = await response.json();
      for (const { data } of events) counts.received(data);
      query = String(new URLSearchParams({ lastSeq: seq, epoch }));
    } catch {
      if (!signal.aborted) counts.failed++;
    }
  }
}

/** The fallback of the browser client: at most four polls at once, in turns. */
function turns(options: ClientOptions): void {
  const { counts, signal } = options;
  const subscription = { services: SERVICE_NAMES, propertyId: null };
  const machine = new PollMachine({ orgId: 1, subscription, random: Math.random });
  const polls = new Polls({
    machine,
    get: (path) => get(options, path),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    now: () => Date.now(),
    notice: (notice) => {
      if (notice.type !== "deliver") return;
      for (const { data } of notice.events) counts.received(data);
    },
  });
  polls.input({ type: "start", online: true, position: NOWHERE });
  signal.addEventListener("abort", () => polls.input({ type: "stop" }));
}

function stream({ addr, token, counts, signal }: ClientOptions): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  // The type of the second argument is that of browsers, which cannot send headers.
  const socket = new WebSocket(`ws://${addr}/v2/realtime/stream`, { headers } as unknown as string[]);
  socket.onopen = () => {
    counts.requests++;
    socket.send(JSON.stringify({ services: SERVICE_NAMES, version: 1 }));
  };
  signal.addEventListener("abort", () => socket.close());
  return new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error("Cannot connect"));
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.type === "ack") resolve();
      if (frame.type === "event") { for (const { data } of frame.events) counts.received(data); }
    };
  });
}
