import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { Tokens } from "@/services/auth/tokens.ts";
import { stopAll } from "../common/child.ts";
import { type Innstream, startInnstream, stopBacking } from "../common/innstream.ts";
import { printTable, show } from "../common/table.ts";
import { type Taken, Usage } from "../common/taken.ts";
import { closeAll, openSockets } from "./sockets.ts";

const OUT = new URL("./out/", import.meta.url);
const USAGE =
  "deno task bench scaling [--seconds=10] [--sockets=2000] [--events=20000] [--only=idle|writes|publishes]";
const BAD_USAGE = 2;
const INTERRUPTED = 130;
/** Requests under way: more than the database connections of an instance. */
const WRITERS = 16;
/** Who they are: none of them does more than a person may. */
const PEOPLE = 1_000;
/** Publishes under way that JetStream has not acknowledged. */
const IN_FLIGHT = 500;
/** An event of a task with a description, as it is on the wire. */
const TEXT = "Towels for room 204, please, and have a look at the lamp beside the bed. ".repeat(3);
const PAYLOAD = JSON.stringify({ data: { id: 1, title: "Towels", description: TEXT } });
const ORGANISATIONS = 1_000;
const TOKEN_S = 3_600;
/** After a change of what is connected, before anything counts: what comes once has come. */
const QUIET_MS = 3_000;
const BYTES_PER_KB = 1024;

interface Options {
  seconds: number;
  sockets: number;
  events: number;
  only: string;
}

type Used = Readonly<Record<string, Taken>>;

/** Measures what one more connection, organisation, write and publish cost. Answers the exit code. */
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
  const wants = (part: string) => options.only === "" || options.only === part;
  const result: Record<string, unknown> = { options, loadBefore: Deno.loadavg() };
  try {
    if (wants("idle")) result.idle = await idle(options);
    if (wants("writes")) result.writes = await writes(options);
    if (wants("publishes")) result.publishes = await publishes(options);
    result.loadAfter = Deno.loadavg();
    await Deno.mkdir(OUT, { recursive: true });
    await Deno.writeTextFile(new URL("result.json", OUT), JSON.stringify(result, null, 1));
    return 0;
  } finally {
    await stop();
  }
}

function parse(args: readonly string[]): Options | undefined {
  const options: Options = { seconds: 10, sockets: 2_000, events: 20_000, only: "" };
  for (const arg of args) {
    const [, name, value = ""] = /^--(seconds|sockets|events|only)=(\w+)$/.exec(arg) ?? [];
    if (name === "only") options.only = value;
    else if (/^[1-9]\d*$/.test(value)) options[name as "seconds" | "sockets" | "events"] = Number(value);
    else return undefined;
  }
  return options;
}

function usageOf({ pids }: Innstream): Usage {
  return new Usage(() => ({ app: [pids.app], nats: [pids.nats], postgres: [pids.postgres] }));
}

/** Sockets on which nothing happens: of one organisation, then each of its own, with a consumer each and with one for all. */
async function idle({ sockets, seconds }: Options) {
  const rows = [];
  for (const [organisations, consumer] of [[1, "org"], [sockets, "org"], [sockets, "process"]] as const) {
    console.log(`${sockets} sockets of ${organisations} organisations, FEED_CONSUMER=${consumer}`);
    const server = await startInnstream(consumer);
    const usage = usageOf(server);
    await usage.look();
    await pause(QUIET_MS);
    const empty = await usage.look();
    const began = performance.now();
    const open = await openSockets(server.addr, sockets, (n) => tokenOf(server, 1 + n % organisations, n));
    const openedMs = performance.now() - began;
    await pause(QUIET_MS);
    const opening = await usage.look();
    await pause(seconds * 1000);
    const quiet = await usage.look();
    rows.push({ organisations, consumer, openedMs, empty, opening, quiet });
    await closeAll(open);
    await server.stop();
  }
  const kb = (after: Used, before: Used, kind: string) =>
    (after[kind]!.mb - before[kind]!.mb) * BYTES_PER_KB / sockets;
  printTable(
    `${sockets} sockets with all ten services on which nothing happens`,
    "KB: growth for each socket; ms to open: CPU of the app for each, handshake and all; quiet: percent of one core",
    [
      "organisations",
      "consumers",
      "app KB",
      "nats KB",
      "ms to open",
      "opened/s",
      "app quiet %",
      "nats quiet %",
    ],
    rows.map(({ organisations, consumer, openedMs, empty, opening, quiet }) => [
      show(organisations),
      consumer === "org" ? "each one" : "one for all",
      show(kb(quiet, empty, "app")),
      show(kb(quiet, empty, "nats")),
      show(opening.app!.cpuSeconds * 1000 / sockets),
      show(sockets / openedMs * 1000),
      show(quiet.app!.core),
      show(quiet.nats!.core),
    ]),
  );
  return rows;
}

/** Records created as fast as the API takes them: a row and its event in one transaction, then the publish. */
async function writes({ seconds }: Options) {
  const server = await startInnstream();
  const usage = usageOf(server);
  const tokens = await Promise.all(Array.from({ length: PEOPLE }, (_, n) => tokenOf(server, 1, n)));
  let made = 0;
  const create = async () => {
    const response = await fetch(`http://${server.addr}/tasks/task`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${tokens[made++ % PEOPLE]}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ propertyId: 1, title: "Towels", description: TEXT }),
    });
    await response.body?.cancel();
    if (response.status !== 201) throw new Error(`POST /tasks/task answered ${response.status}`);
  };
  for (let n = 0; n < WRITERS * 10; n++) await create();
  await usage.look();
  const latencies: number[] = [];
  const began = performance.now();
  await Promise.all(Array.from({ length: WRITERS }, async () => {
    while (performance.now() - began < seconds * 1000) {
      const at = performance.now();
      await create();
      latencies.push(performance.now() - at);
    }
  }));
  const used = await usage.look();
  const elapsed = (performance.now() - began) / 1000;
  await server.stop();
  const sorted = latencies.toSorted((a, b) => a - b);
  const row = {
    perSecond: sorted.length / elapsed,
    p50: sorted[sorted.length >> 1],
    used,
    count: sorted.length,
  };
  printTable(
    `Records created over REST, ${WRITERS} at once, ${seconds} s`,
    "ms: CPU for each record; the app validates, publishes and computes dashboards beside it",
    ["records/s", "median ms", "app ms", "postgres ms", "nats ms"],
    [[show(row.perSecond), show(row.p50), ...perItem(used, row.count, 1000)]],
  );
  return row;
}

/**
 * Events of other programs, for organisations of which nobody is connected: of one, then of many in turn, then of these with
 * an instance that computes no figures, then with one that reads them all and passes them over, for somebody of another one.
 */
async function publishes({ events }: Options) {
  const rows = [];
  const cases = [[1, "1", "org"], [ORGANISATIONS, "1", "org"], [ORGANISATIONS, "0", "org"], [
    ORGANISATIONS,
    "0",
    "process",
  ]] as const;
  for (const [organisations, derive, consumer] of cases) {
    console.log(`${events} events of ${organisations} organisations, DERIVE=${derive}, ${consumer}`);
    const server = await startInnstream(consumer, { DERIVE: derive });
    const open = await openSockets(server.addr, 1, (n) => tokenOf(server, 1, n));
    rows.push({ organisations, derive, consumer, ...await publish(server, organisations, events) });
    await closeAll(open);
    await server.stop();
  }
  printTable(
    `${events} events of ${PAYLOAD.length} bytes published over NATS, ${IN_FLIGHT} under way, one replica`,
    "us: CPU for each event, until 3 s after the last one. The app validates each event once, and computes dashboards",
    ["organisations", "figures", "passed over", "events/s", "app us", "postgres us", "nats us"],
    rows.map(({ organisations, derive, consumer, perSecond, used }) => [
      show(organisations),
      derive === "1" ? "computed" : "not",
      consumer === "org" ? "by NATS" : "by the app",
      show(perSecond),
      ...perItem(used, events, 1_000_000),
    ]),
  );
  return rows;
}

async function publish(server: Innstream, organisations: number, events: number) {
  const usage = usageOf(server);
  const nats = await connect({ servers: server.nats });
  const js = jetstream(nats);
  let next = 0;
  await pause(QUIET_MS);
  await usage.look();
  const began = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    while (next < events) {
      const n = next++;
      const subject = `evt.${2 + n % organisations}.1.tasks.task.updated`;
      await js.publish(subject, PAYLOAD, { msgID: `scaling-${began}-${n}` });
    }
  }));
  const elapsed = (performance.now() - began) / 1000;
  await pause(QUIET_MS);
  const used = await usage.look();
  await nats.close();
  return { perSecond: events / elapsed, used };
}

/** CPU for each item, of app, PostgreSQL and NATS. */
function perItem(used: Used, count: number, perSecond: number): string[] {
  return ["app", "postgres", "nats"].map((kind) => show(used[kind]!.cpuSeconds * perSecond / count));
}

function tokenOf({ secret }: Innstream, orgId: number, n: number): Promise<string> {
  const keys = { jwtSecret: secret, jwksUrl: undefined, jwtIssuer: undefined, jwtAudience: undefined };
  return new Tokens(keys).sign({ sub: `u${n}`, orgId, role: "manager" }, TOKEN_S);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
