import { binary } from "./build.ts";
import { Child } from "../common/child.ts";
import type { Server } from "./servers.ts";

/** What the driver does to one server; the flags of the Go program, see there. */
export interface Load {
  loads: readonly LoadName[];
  sockets: number;
  orgs?: number;
  /** Events a second of steady, rest and drop. */
  rate?: number;
  seconds: number;
  warmUpSeconds: number;
  bursts: number;
  /** Events a burst. */
  events: number;
}
export type LoadName =
  | "steady"
  | "burst"
  | "serial"
  | "single"
  | "rest"
  | "drop";

/** Milliseconds. */
export interface Quantiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** One load as the driver reports it. */
export interface LoadResult {
  load: LoadName;
  published: number;
  expected: number;
  delivered: number;
  lost: number;
  duplicates: number;
  foreign: number;
  refused: number;
  frames: number;
  bytesPerEvent: number;
  eventsPerFrame: number;
  seconds: number;
  /** Deliveries a second, by burst. */
  bursts?: number[];
  publishSeconds?: number[];
  latencyMs: Quantiles;
  fromResponseMs?: Quantiles;
  responseMs?: Quantiles;
  caughtUpMs?: Quantiles;
  socketsAtEnd: number;
  ends?: Record<string, number>;
  processes: Record<string, { rssMaxKb: number; cpuSeconds: number }>;
}

/** Everything measured on one server with one set of sockets. */
export interface Report {
  target: string;
  sockets: number;
  orgs: number;
  subscribeSeconds: number;
  rssBeforeKb: Record<string, number>;
  rssSubscribedKb: Record<string, number>;
  loads: LoadResult[];
}

/** However slow the machine: a driver that takes longer than this is ended. */
const DRIVER_LIMIT_MS = 15 * 60_000;

/** Runs the driver against a server. Throws with its last words where it fails. */
export async function drive(server: Server, load: Load): Promise<Report> {
  let json = "";
  const flags = {
    target: server.target,
    addr: server.addr,
    control: server.control,
    nats: server.nats,
    pids: Object.entries(server.pids).map(([name, pid]) => `${name}=${pid}`)
      .join(","),
    loads: load.loads.join(","),
    sockets: load.sockets,
    orgs: load.orgs,
    rate: load.rate,
    seconds: load.seconds,
    "warm-up": load.warmUpSeconds,
    bursts: load.bursts,
    events: load.events,
  };
  const child = new Child({
    name: "driver",
    command: binary("driver"),
    args: Object.entries(flags).flatMap(([flag, value]) => value === undefined ? [] : [`-${flag}=${value}`]),
    env: { JWT_SECRET: server.secret ?? "" },
    onLine: (line) => json += line,
    showErrors: true,
  });
  const timer = setTimeout(() => void child.stop(), DRIVER_LIMIT_MS);
  const code = await child.ended;
  clearTimeout(timer);
  if (code !== 0) {
    throw new Error(
      `Cannot measure ${server.target}: the driver ended with code ${code}`,
    );
  }
  return JSON.parse(json) as Report;
}
