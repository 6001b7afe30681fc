import { jetstream, jetstreamManager, type PubAck } from "@nats-io/jetstream";
import type { Config } from "@/services/config.ts";
import { seedDemo } from "@/services/demo/seed.ts";
import type { RealtimeConnection } from "@/services/realtime/connection.ts";
import type { Held } from "@/services/realtime/connections.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import { startServer, type TestServer } from "./server.ts";

const WAIT_MS = 15_000;
const PROBE_MS = 10;

/**
 * A server with the demo organisations: 1 has properties 1 and 2, organisation 2 has a property 1 of its own. Nobody
 * there has said anything yet, unless they are to have talked.
 */
export async function startDemo(
  overrides: Partial<Config> = {},
  { talk = false }: { talk?: boolean } = {},
): Promise<TestServer> {
  const server = await startServer(overrides);
  await seedDemo(server.database.ownerUrl, { talk });
  return server;
}

/** Waits until `probe` answers something other than undefined and false. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  waitMs = WAIT_MS,
): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not so after ${waitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
  }
}

export interface CallOptions {
  readonly token?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** Sent as it is. */
  readonly body?: string;
  /** Sent as JSON with its content type. */
  readonly json?: unknown;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any
  readonly json: any;
}

/** One request, its answer read to the end; `json` is undefined where the answer is none. */
export async function call(url: string, options: CallOptions = {}): Promise<Answer> {
  const { token, json, headers, signal } = options;
  const body = json === undefined ? options.body : JSON.stringify(json);
  const method = options.method ?? (body === undefined ? "GET" : "POST");
  const response = await fetch(url, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    // A string would be given the content type text/plain.
    ...(body !== undefined && { body: new TextEncoder().encode(body) }),
    ...(signal && { signal }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== "" ? JSON.parse(text) : undefined,
  };
}

/** Publishes as another service does; answers the stream's acknowledgement. */
export function publish(
  { services }: Pick<TestServer, "services">,
  subject: string,
  payload: unknown = { data: {} },
  id?: string,
): Promise<PubAck> {
  const bytes = typeof payload === "string" ? payload : JSON.stringify(payload);
  return jetstream(services.nats).publish(subject, bytes, id === undefined ? {} : { msgID: id });
}

/** Publishes `count` events, in order; `data.n` counts from `first`. */
export async function publishMany(
  server: Pick<TestServer, "services">,
  subject: string,
  count: number,
  { first = 0, padding = 0 } = {},
): Promise<PubAck[]> {
  const acks: PubAck[] = [];
  const pad = "x".repeat(padding);
  for (let n = 0; n < count; n += 200) {
    const some = Array.from({ length: Math.min(200, count - n) }, (_, i) => {
      return publish(server, subject, { data: { n: first + n + i, ...(padding > 0 && { pad }) } });
    });
    acks.push(...await Promise.all(some));
  }
  return acks;
}

export async function streamInfo({ services }: Pick<TestServer, "services">) {
  const info = await (await jetstreamManager(services.nats)).streams.info(EVENTS);
  return { epoch: info.config.metadata!.epoch!, last: info.state.last_seq, first: info.state.first_seq };
}

/** The connections that the server takes over from now on, so that a test can move their time along. */
export function watchConnections({ services: { connections } }: TestServer): Held[] {
  const taken: Held[] = [];
  const add = connections.add.bind(connections);
  connections.add = (held) => {
    taken.push(held);
    add(held);
  };
  return taken;
}

/** The server's side of the sockets that are opened from now on. */
export function watchSockets(server: TestServer): RealtimeConnection[] {
  return watchConnections(server) as RealtimeConnection[];
}
