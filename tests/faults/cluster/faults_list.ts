import { jetstreamManager } from "@nats-io/jetstream";
import type { Cluster, Link, Member } from "@/services/cluster/members.ts";
import { connectNats } from "@/services/nats/connect.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import { pause } from "./clients.ts";

/** How long something stays broken. */
const BROKEN_MS = 4_000;
const PAUSED_MS = 10_000;
const DELAY_MS = 200;

export interface Fault {
  readonly name: string;
  readonly what: string;
  /** Breaks something, and mends what does not mend itself. */
  readonly run: (cluster: Cluster) => Promise<void>;
}

export const FAULTS: readonly Fault[] = [
  { name: "nothing", what: "nothing is broken, for comparison", run: () => pause(BROKEN_MS) },
  { name: "kill-app", what: "kill -9 of an app, started again", run: ({ apps }) => killed(apps[0]!) },
  { name: "deploy", what: "SIGTERM of one app after the other, each started again", run: deploy },
  {
    name: "kill-nats-leader",
    what: "kill -9 of the leader of EVENTS, started again",
    run: async (cluster) => killed(await eventsNode(cluster, true)),
  },
  {
    name: "kill-nats-follower",
    what: "kill -9 of a follower, started again",
    run: async (cluster) => killed(await eventsNode(cluster, false)),
  },
  {
    name: "kill-postgres",
    what: "kill -9 of PostgreSQL, started again",
    run: ({ postgres }) => killed(postgres),
  },
  { name: "restart-postgres", what: "PostgreSQL restarted in good order", run: restartPostgres },
  { name: "pause-app", what: "SIGSTOP of an app for 10 s", run: ({ apps }) => paused(apps[0]!) },
  {
    name: "pause-nats-leader",
    what: "SIGSTOP of the leader of EVENTS for 10 s",
    run: async (cluster) => paused(await eventsNode(cluster, true)),
  },
  { name: "pause-postgres", what: "SIGSTOP of PostgreSQL, all its processes, for 10 s", run: pausePostgres },
  { name: "pause-worker", what: "SIGSTOP of the worker for 10 s", run: ({ worker }) => paused(worker) },
  { name: "pause-proxy", what: "SIGSTOP of the proxy for 10 s", run: ({ proxy }) => paused(proxy) },
  {
    name: "cut-nats",
    what: "an app's link to NATS cut for 4 s",
    run: (cluster) => cut(cluster, "app-1 > nats"),
  },
  {
    name: "cut-postgres",
    what: "an app's link to PostgreSQL cut for 4 s",
    run: (cluster) => cut(cluster, "app-1 > postgres"),
  },
  {
    name: "delay-nats",
    what: "200 ms on each byte between an app and NATS, for 10 s",
    run: (cluster) => delayed(cluster, "app-1 > nats"),
  },
  {
    name: "delay-postgres",
    what: "200 ms on each byte between an app and PostgreSQL, for 10 s",
    run: (cluster) => delayed(cluster, "app-1 > postgres"),
  },
  {
    name: "stall-nats",
    what: "nothing passes between an app and NATS for 10 s, and nothing is closed",
    run: (cluster) => stalled(cluster, "app-1 > nats"),
  },
  {
    name: "stall-postgres",
    what: "the same with PostgreSQL",
    run: (cluster) => stalled(cluster, "app-1 > postgres"),
  },
  { name: "delete-stream", what: "the stream EVENTS is deleted", run: deleteStream },
];

async function killed(member: Member): Promise<void> {
  await member.kill();
  await pause(BROKEN_MS);
  await member.start();
}

async function deploy({ apps }: Cluster): Promise<void> {
  for (const app of apps) {
    await app.stop();
    await app.start();
    // The proxy has to see that it is ready before the other one goes.
    await pause(1_000);
  }
}

async function restartPostgres({ postgres }: Cluster): Promise<void> {
  await postgres.stop();
  await postgres.start();
}

async function paused(member: Member): Promise<void> {
  member.pause();
  await pause(PAUSED_MS).finally(() => member.resume());
}

/** Its processes are many: the one that was started, and one for each connection. */
async function pausePostgres({ postgres }: Cluster): Promise<void> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "pid=", "--ppid", String(postgres.pid)] })
    .output();
  const pids = new TextDecoder().decode(stdout).split("\n").map(Number).filter((pid) => pid > 0);
  const signal = (name: Deno.Signal) => {
    for (const pid of pids) {
      try {
        Deno.kill(pid, name);
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  postgres.pause();
  signal("SIGSTOP");
  await pause(PAUSED_MS).finally(() => {
    signal("SIGCONT");
    postgres.resume();
  });
}

function linkOf({ links }: Cluster, name: string): Link {
  const link = links.find((one) => one.name === name);
  if (link === undefined) throw new Error(`There is no link "${name}"`);
  return link;
}

async function cut(cluster: Cluster, name: string): Promise<void> {
  const link = linkOf(cluster, name);
  link.cut();
  await pause(BROKEN_MS).finally(() => link.restore());
}

async function delayed(cluster: Cluster, name: string): Promise<void> {
  const link = linkOf(cluster, name);
  link.delay(DELAY_MS);
  await pause(PAUSED_MS).finally(() => link.restore());
}

async function stalled(cluster: Cluster, name: string): Promise<void> {
  const link = linkOf(cluster, name);
  link.stall();
  await pause(PAUSED_MS).finally(() => link.restore());
}

/** The nats-server that leads the stream, or one that follows. */
async function eventsNode({ nats, natsUrl }: Cluster, isLeader: boolean): Promise<Member> {
  const connection = await connectNats(natsUrl, "faults");
  try {
    const { cluster } = await (await jetstreamManager(connection)).streams.info(EVENTS);
    return nats.find(({ name }) => (name === cluster?.leader) === isLeader)!;
  } finally {
    await connection.close();
  }
}

async function deleteStream({ natsUrl }: Cluster): Promise<void> {
  const connection = await connectNats(natsUrl, "faults");
  try {
    await (await jetstreamManager(connection)).streams.delete(EVENTS);
  } finally {
    await connection.close();
  }
  await pause(BROKEN_MS);
}
