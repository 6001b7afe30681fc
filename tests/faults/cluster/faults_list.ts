import { fileURLToPath } from "node:url";
import { jetstreamManager } from "@nats-io/jetstream";
import postgres from "postgres";
import type { Dice } from "@/lib/random/dice.ts";
import type { Cluster, Link, Member } from "@/services/cluster/members.ts";
import { connectNats } from "@/services/nats/connect.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import { pause } from "./clients.ts";
import type { Crowd } from "./crowd.ts";
import type { SmallDisks } from "./small_disks.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const DELAY_MS = 200;
const HOUR_S = 3_600;
/** Shorter than anything stays broken, whatever the server forgives. */
const SHORT_LIFE_S = 1;
/** More than the log that PostgreSQL has room for ahead. */
const WAL_PIECES = 64;
const WAL_PIECE_CHARS = 1_000_000;
const RESTART_TRIES = 20;

type NatsMember = Cluster["nats"][number];

/** What a fault is done to, and how. */
export interface Scene {
  readonly cluster: Cluster;
  readonly crowd: Crowd;
  /** Chooses which app it hits. */
  readonly dice: Dice;
  /** How long something stays broken. */
  readonly brokenMs: number;
  /** How long something stands still. */
  readonly pausedMs: number;
  /** Only where the fault asks for them. */
  readonly disks: SmallDisks | undefined;
}

export interface Fault {
  readonly name: string;
  readonly what: string;
  /** Runs on a cluster whose disks are small. */
  readonly disks?: true;
  /** Breaks something, and mends what does not mend itself. */
  readonly run: (scene: Scene) => Promise<void>;
}

export const FAULTS: readonly Fault[] = [
  { name: "nothing", what: "nothing is broken, for comparison", run: ({ pausedMs }) => pause(pausedMs) },
  { name: "kill-app", what: "kill -9 of an app, started again", run: (scene) => killed(scene, app(scene)) },
  { name: "deploy", what: "SIGTERM of one app after the other, each started again", run: deploy },
  {
    name: "kill-nats-leader",
    what: "kill -9 of the leader of EVENTS, started again",
    run: async (scene) => killed(scene, await eventsNode(scene, true)),
  },
  {
    name: "kill-nats-follower",
    what: "kill -9 of a follower, started again",
    run: async (scene) => killed(scene, await eventsNode(scene, false)),
  },
  {
    name: "kill-postgres",
    what: "kill -9 of PostgreSQL, started again",
    run: (scene) => killed(scene, scene.cluster.postgres),
  },
  { name: "restart-postgres", what: "PostgreSQL restarted in good order", run: restartPostgres },
  {
    name: "kill-worker",
    what: "kill -9 of the worker, started again",
    run: (scene) => killed(scene, scene.cluster.worker),
  },
  { name: "pause-app", what: "SIGSTOP of an app", run: (scene) => paused(scene, app(scene)) },
  {
    name: "pause-nats-leader",
    what: "SIGSTOP of the leader of EVENTS",
    run: async (scene) => paused(scene, await eventsNode(scene, true)),
  },
  {
    name: "pause-postgres",
    what: "SIGSTOP of PostgreSQL, all its processes",
    run: (scene) => paused(scene, scene.cluster.postgres),
  },
  {
    name: "pause-worker",
    what: "SIGSTOP of the worker",
    run: (scene) => paused(scene, scene.cluster.worker),
  },
  { name: "pause-proxy", what: "SIGSTOP of the proxy", run: (scene) => paused(scene, scene.cluster.proxy) },
  { name: "cut-nats", what: "an app's link to NATS cut", run: (scene) => cut(scene, "nats") },
  { name: "cut-postgres", what: "an app's link to PostgreSQL cut", run: (scene) => cut(scene, "postgres") },
  {
    name: "delay-nats",
    what: "200 ms on each byte between an app and NATS",
    run: (scene) => delayed(scene, "nats"),
  },
  {
    name: "delay-postgres",
    what: "200 ms on each byte between an app and PostgreSQL",
    run: (scene) => delayed(scene, "postgres"),
  },
  {
    name: "stall-nats",
    what: "nothing passes between an app and NATS, and nothing is closed",
    run: (scene) => stalled(scene, "nats"),
  },
  {
    name: "stall-postgres",
    what: "the same with PostgreSQL",
    run: (scene) => stalled(scene, "postgres"),
  },
  { name: "delete-stream", what: "the stream EVENTS is deleted", run: deleteStream },
  {
    name: "rebuild-stream",
    what: "EVENTS is deleted, and rebuilt from PostgreSQL under load; the rebuild is killed once",
    run: rebuildStream,
  },
  {
    name: "clock-behind",
    what: "the issuer's clock is 7 h behind: every token that it makes has ended",
    run: (scene) => wrongClock(scene, -7 * HOUR_S),
  },
  {
    name: "clock-ahead",
    what: "the issuer's clock is 1 h ahead: no token that it makes is valid yet",
    run: (scene) => wrongClock(scene, HOUR_S),
  },
  {
    name: "token-ends",
    what: "tokens live 1 s: each socket outlives its own, again and again",
    run: shortTokens,
  },
  {
    name: "disk-nats",
    what: "the disk of the leader of EVENTS is full; freed, and that server restarted",
    disks: true,
    run: async (scene) => natsDisksFull(scene, [await eventsNode(scene, true)]),
  },
  {
    name: "disk-nats-all",
    what: "the disks of all nats-servers are full; freed, and they are restarted one by one",
    disks: true,
    run: (scene) => natsDisksFull(scene, scene.cluster.nats),
  },
  {
    name: "disk-postgres",
    what: "the disk of PostgreSQL is full, first for tables, then for its log; freed, and started",
    disks: true,
    run: postgresDiskFull,
  },
];

function app({ cluster: { apps }, dice }: Scene): Member {
  return dice.pick(apps);
}

async function killed({ brokenMs }: Scene, member: Member): Promise<void> {
  await member.kill();
  await pause(brokenMs);
  await member.start();
}

async function deploy({ cluster: { apps } }: Scene): Promise<void> {
  for (const app of apps) {
    await app.stop();
    await app.start();
    // The proxy has to see that it is ready before the other one goes.
    await pause(1_000);
  }
}

async function restartPostgres({ cluster: { postgres } }: Scene): Promise<void> {
  await postgres.stop();
  await postgres.start();
}

async function paused({ pausedMs }: Scene, member: Member): Promise<void> {
  member.pause();
  await pause(pausedMs).finally(() => member.resume());
}

function linkOf({ cluster: { links }, dice }: Scene, to: "nats" | "postgres"): Link {
  return dice.pick(links.filter(({ name }) => name.startsWith("app-") && name.endsWith(`> ${to}`)));
}

async function cut(scene: Scene, to: "nats" | "postgres"): Promise<void> {
  const link = linkOf(scene, to);
  link.cut();
  await pause(scene.brokenMs).finally(() => link.restore());
}

async function delayed(scene: Scene, to: "nats" | "postgres"): Promise<void> {
  const link = linkOf(scene, to);
  link.delay(DELAY_MS);
  await pause(scene.pausedMs).finally(() => link.restore());
}

async function stalled(scene: Scene, to: "nats" | "postgres"): Promise<void> {
  const link = linkOf(scene, to);
  link.stall();
  await pause(scene.pausedMs).finally(() => link.restore());
}

/** The nats-server that leads the stream, or one that follows. */
async function eventsNode({ cluster: { nats, natsUrl } }: Scene, isLeader: boolean): Promise<NatsMember> {
  const connection = await connectNats(natsUrl, "faults");
  try {
    const { cluster } = await (await jetstreamManager(connection)).streams.info(EVENTS);
    return nats.find(({ name }) => (name === cluster?.leader) === isLeader)!;
  } finally {
    await connection.close();
  }
}

async function deleteStream({ cluster: { natsUrl }, brokenMs }: Scene): Promise<void> {
  const connection = await connectNats(natsUrl, "faults");
  try {
    await (await jetstreamManager(connection)).streams.delete(EVENTS);
  } finally {
    await connection.close();
  }
  await pause(brokenMs);
}

/** As an operator does it who is disturbed; at the end nothing that the outbox knows may be missing. */
async function rebuildStream(scene: Scene): Promise<void> {
  await deleteStream(scene);
  const broken = rebuild(scene.cluster);
  let told = "";
  for await (const part of broken.stdout.pipeThrough(new TextDecoderStream())) {
    told += part;
    if (told.includes("takes nothing from others")) break;
  }
  broken.kill("SIGKILL");
  await broken.stderr.cancel();
  await broken.status;
  for (
    const [args, expected] of [[[], /^rebuilt:/m], [["--dry-run"], /^missing in the stream: 0$/m]] as const
  ) {
    const { stdout, stderr } = await rebuild(scene.cluster, ...args).output();
    const text = new TextDecoder().decode(stdout);
    if (!expected.test(text)) throw new Error(`${text}\n${new TextDecoder().decode(stderr)}`);
  }
}

function rebuild({ appUrl, natsUrl }: Cluster, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "services/rebuild/cli.ts", ...args],
    cwd: ROOT,
    env: { DATABASE_URL: appUrl, NATS_URL: natsUrl, EVENTS_REPLICAS: "3" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Who is connected stays so; whoever comes with a token of that clock is refused. */
async function wrongClock({ cluster, crowd, pausedMs }: Scene, shiftS: number): Promise<void> {
  crowd.issuer.setClock({ shiftS });
  try {
    const authorization = `Bearer ${await crowd.issuer.token("stranger")}`;
    const { status, body } = await fetch(`${cluster.url}/tasks/task`, { headers: { authorization } });
    await body?.cancel();
    if (status !== 401) throw new Error(`a token of a wrong clock was answered ${status}`);
    await pause(pausedMs);
  } finally {
    crowd.issuer.setClock();
  }
}

async function shortTokens({ crowd, pausedMs }: Scene): Promise<void> {
  crowd.issuer.setClock({ lifeS: SHORT_LIFE_S });
  const before = crowd.expired;
  try {
    crowd.reconnect();
    await pause(pausedMs);
  } finally {
    crowd.issuer.setClock();
  }
  if (crowd.expired === before) throw new Error("no socket was closed at the end of its token");
}

async function natsDisksFull(
  { cluster, disks, pausedMs }: Scene,
  nodes: readonly NatsMember[],
): Promise<void> {
  const paths = nodes.map((node) => disks!.nats(cluster.nats.findIndex(({ name }) => name === node.name)));
  try {
    await disks!.keepFull(paths, pausedMs);
    // A nats-server that could not write has switched JetStream off until it is started again.
    for (const { name, monitorUrl } of nodes) {
      const { disabled } = await (await fetch(`${monitorUrl}/jsz`)).json();
      if (!disabled) throw new Error(`${name} found room to write`);
    }
  } finally {
    for (const path of paths) disks!.empty(path);
  }
  for (const node of nodes) {
    await node.stop();
    await node.start();
  }
}

async function postgresDiskFull({ cluster, disks, pausedMs }: Scene): Promise<void> {
  const disk = disks!.postgres;
  try {
    await disks!.keepFull([disk], pausedMs / 2);
    await writeLog(cluster.ownerUrl);
    await disks!.keepFull([disk], pausedMs / 2);
    if (cluster.postgres.pid !== undefined) throw new Error("PostgreSQL had room for its log");
  } finally {
    disks!.empty(disk);
  }
  // One that lost its log ends; one that is still ending refuses to start.
  for (let tries = 1; cluster.postgres.pid === undefined; tries++) {
    try {
      await cluster.postgres.start();
    } catch (error) {
      if (tries === RESTART_TRIES) throw error;
      await pause(500);
    }
  }
}

/** Writes to the log of PostgreSQL and to no table, until it has no room for more. */
async function writeLog(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 2 });
  try {
    for (let n = 0; n < WAL_PIECES; n++) {
      await sql`select pg_logical_emit_message(false, 'faults', repeat('x', ${WAL_PIECE_CHARS}))`;
    }
  } catch {
    // It has ended, which is what this is for.
  } finally {
    await sql.end({ timeout: 1 }).catch(() => {});
  }
}
