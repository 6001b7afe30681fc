import { connect, type NatsConnection } from "@nats-io/transport-node";
import { jetstream } from "@nats-io/jetstream";
import { SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import { Tokens } from "@/services/auth/tokens.ts";
import { stopAll } from "../common/child.ts";
import { type Innstream, startInnstream, stopBacking } from "../common/innstream.ts";
import { printTable, show } from "../common/table.ts";
import { usageOf } from "../common/usage.ts";
import { Counts, startClient, type Way } from "./clients.ts";

const WAYS: readonly Way[] = ["ten polls", "turns", "stream"];
/** Events of one organisation in a second. */
const RATES = [0, 1, 20] as const;
const OUT = new URL("./out/", import.meta.url);
const USAGE = `deno task bench polling [--clients=200] [--seconds=30] [--rates=${RATES.join(",")}]`;
const BAD_USAGE = 2;
const INTERRUPTED = 130;
/** Before the first figure counts: connections are made, the first polls answered. */
const SETTLE_MS = 4_000;
/** Clients started at once: a fleet does not come up in one moment. */
const START_SLICE = 20;
const TOKEN_S = 3_600;

interface Options {
  clients: number;
  seconds: number;
  rates: readonly number[];
}

interface Result {
  way: Way;
  rate: number;
  requestsPerSecond: number;
  failed: number;
  received: number;
  expected: number;
  p50: number;
  p99: number;
  cpuPercent: number;
  rssKb: number;
}

/** Measures the requests that a fleet of pages makes, before and after. Answers the exit code. */
export async function main(args: string[]): Promise<number> {
  const options = parse(args);
  if (options === undefined) {
    console.error(USAGE);
    return BAD_USAGE;
  }
  const stop = () => stopAll().then(stopBacking);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => void stop().finally(() => Deno.exit(INTERRUPTED)));
  }
  try {
    const results: Result[] = [];
    for (const way of WAYS) results.push(...await measureWay(way, options));
    print(results, options);
    await Deno.mkdir(OUT, { recursive: true });
    await Deno.writeTextFile(new URL("result.json", OUT), JSON.stringify({ options, results }, null, 1));
    return 0;
  } finally {
    await stop();
  }
}

function parse(args: readonly string[]): Options | undefined {
  const options: Options = { clients: 200, seconds: 30, rates: RATES };
  for (const arg of args) {
    const [, name, value = ""] = /^--(clients|seconds|rates)=([\d,]+)$/.exec(arg) ?? [];
    if (name === undefined) return undefined;
    if (name === "rates") options.rates = value.split(",").map(Number);
    else options[name as "clients" | "seconds"] = Number(value);
  }
  return options;
}

/** One instance for each way, so that nothing of one is left for the next. */
async function measureWay(way: Way, { clients, seconds, rates }: Options): Promise<Result[]> {
  const server = await startInnstream();
  const nats = await connect({ servers: server.nats });
  const counts = new Counts();
  const end = new AbortController();
  try {
    for (let i = 0; i < clients; i += START_SLICE) {
      const slice = Array.from({ length: Math.min(START_SLICE, clients - i) }, (_, n) => i + n);
      await Promise.all(slice.map(async (n) => {
        const token = await tokenOf(server, n);
        return await startClient(way, { addr: server.addr, token, counts, signal: end.signal });
      }));
    }
    await pause(SETTLE_MS);
    const results: Result[] = [];
    for (const rate of rates) {
      console.log(`${way}: ${clients} clients, ${rate} events/s, ${seconds} s`);
      results.push(await measure(way, rate, { server, nats, counts, clients, seconds }));
    }
    return results;
  } finally {
    end.abort();
    await nats.close();
    await server.stop();
  }
}

interface Measuring {
  server: Innstream;
  nats: NatsConnection;
  counts: Counts;
  clients: number;
  seconds: number;
}

async function measure(
  way: Way,
  rate: number,
  { server, nats, counts, clients, seconds }: Measuring,
): Promise<Result> {
  counts.clear();
  const before = await usageOf(server.pids.app);
  const began = performance.now();
  const published = await publish(nats, rate, seconds);
  const { requests, failed } = counts;
  const elapsed = (performance.now() - began) / 1000;
  const after = await usageOf(server.pids.app);
  // What was published last may still be on its way.
  const expected = published * clients;
  for (let waited = 0; counts.latencies.length < expected && waited < SETTLE_MS * 3; waited += 100) {
    await pause(100);
  }
  const sorted = counts.latencies.toSorted((a, b) => a - b);
  return {
    way,
    rate,
    requestsPerSecond: requests / elapsed,
    failed,
    received: sorted.length,
    expected,
    p50: sorted[Math.floor(sorted.length * 0.5)] ?? NaN,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? NaN,
    cpuPercent: (after.cpuSeconds - before.cpuSeconds) / elapsed * 100,
    rssKb: after.rssKb,
  };
}

/** Publishes at a steady rate, the services by turns. Answers how many. */
async function publish(nats: NatsConnection, rate: number, seconds: number): Promise<number> {
  const js = jetstream(nats);
  const began = performance.now();
  let published = 0;
  for (; published < rate * seconds; published++) {
    await pause(began + published / rate * 1000 - performance.now());
    const service = SERVICE_NAMES[published % SERVICE_NAMES.length]!;
    const subject = `evt.1.1.${service}.${SERVICES[service].entities[0]}.updated`;
    await js.publish(subject, JSON.stringify({ data: { id: published, sent: Date.now() } }));
  }
  await pause(began + seconds * 1000 - performance.now());
  return published;
}

function tokenOf({ secret }: Innstream, n: number): Promise<string> {
  const keys = { jwtSecret: secret, jwksUrl: undefined, jwtIssuer: undefined, jwtAudience: undefined };
  return new Tokens(keys).sign({ sub: `u${n}`, orgId: 1, role: "manager" }, TOKEN_S);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

function print(results: readonly Result[], { clients, seconds }: Options): void {
  printTable(
    `${clients} clients, ten services each, one organisation, ${seconds} s a row`,
    "requests: HTTP requests answered in a second; latency: from publication to the client",
    ["way", "events/s", "requests/s", "p50 ms", "p99 ms", "lost", "app CPU %", "app MB"],
    results.map((result) => [
      result.way,
      show(result.rate),
      show(result.requestsPerSecond),
      show(result.p50),
      show(result.p99),
      show(result.expected - result.received),
      show(result.cpuPercent),
      show(Math.round(result.rssKb / 1024)),
    ]),
  );
}
