import postgres from "postgres";
import { Tokens } from "@/services/auth/tokens.ts";
import { startCluster } from "@/services/cluster/cluster.ts";
import type { Cluster, Link, Member } from "@/services/cluster/members.ts";
import { Guard } from "@/services/embedded/guard.ts";
import { Prometheus } from "./prometheus.ts";

/** Few, so that a drill fills an instance. */
export const CONNECTIONS_MAX = 200;
const TOKEN_LIFE_S = 24 * 3600;

export type App = Member & {
  readonly url: string;
  readonly wsUrl: string;
  readonly toNats: Link;
  readonly toPostgres: Link;
};

/** What drills are made in: the cluster as in production, on this machine, and a Prometheus that watches it. */
export interface House {
  readonly cluster: Cluster;
  readonly apps: readonly [App, App];
  readonly prometheus: Prometheus;
  /** By default of a manager of organisation 1. */
  token(claims?: Record<string, unknown>): Promise<string>;
  /** Lifts every cut, delay and pause, and starts what is down. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

export interface HouseOptions {
  /** The program. */
  readonly prometheus: string;
  readonly log: (line: string) => void;
}

/** Starts all of it, in directories that go with it. */
export async function openHouse({ prometheus: binary, log }: HouseOptions): Promise<House> {
  const cluster = await startCluster({
    dataDir: await Deno.makeTempDir({ prefix: "innstream-drills-" }),
    isTemporary: true,
    env: {
      MAX_CONNECTIONS: String(CONNECTIONS_MAX),
      MAX_CONNECTIONS_PER_USER: String(2 * CONNECTIONS_MAX),
      DERIVE: "0",
    },
    seed,
    log,
  });
  const guard = new Guard();
  const dir = await Deno.makeTempDir({ prefix: "innstream-prometheus-" });
  try {
    await guard.dir(dir);
    const target = ({ metricsUrl }: { metricsUrl: string }) => new URL(metricsUrl).host;
    const targets = { apps: cluster.apps.map(target), worker: target(cluster.worker) };
    const prometheus = await Prometheus.start({ binary, dir, guard, targets });
    return {
      cluster,
      apps: cluster.apps.map((app) => withLinks(app, cluster.links)) as [App, App],
      prometheus,
      token: signer(cluster.jwtSecret),
      restore: () => restore(cluster),
      async stop() {
        await prometheus.stop();
        await cluster.stop();
        await Deno.remove(dir, { recursive: true });
        await guard.end();
      },
    };
  } catch (error) {
    await cluster.stop();
    await guard.end();
    throw error;
  }
}

async function restore({ links, nats, postgres, apps, worker, proxy }: Cluster): Promise<void> {
  for (const link of links) link.restore();
  const members: Member[] = [...nats, postgres, ...apps, worker, proxy];
  for (const member of members) member.resume();
  // Nodes of NATS need each other to become ready; whatever needs them comes after.
  await Promise.all(nats.map(started));
  for (const member of members) await started(member);
}

async function started(member: Member): Promise<void> {
  if (member.pid === undefined) await member.start();
}

function withLinks(app: Cluster["apps"][number], links: readonly Link[]): App {
  const link = (to: string) => links.find(({ name }) => name === `${app.name} > ${to}`)!;
  // Not copied: its pid changes.
  return Object.assign(app, {
    wsUrl: app.url.replace("http", "ws"),
    toNats: link("nats"),
    toPostgres: link("postgres"),
  });
}

function signer(jwtSecret: string): House["token"] {
  const tokens = new Tokens({ jwtSecret, jwksUrl: undefined, jwtIssuer: undefined, jwtAudience: undefined });
  return (claims = {}) => tokens.sign({ sub: "u1", orgId: 1, role: "manager", ...claims }, TOKEN_LIFE_S);
}

/** One organisation with one property. */
async function seed(ownerUrl: string): Promise<void> {
  const sql = postgres(ownerUrl, { max: 1 });
  try {
    await sql.begin(async (sql) => {
      await sql`select set_config('app.org', '1', true)`;
      await sql`insert into organisations (id, name) values (1, 'Drill')`;
      await sql`insert into properties (org_id, id, name, address, timezone, created_by)
        values (1, 1, 'Drill', '', 'UTC', 'drill')`;
    });
  } finally {
    await sql.end();
  }
}
