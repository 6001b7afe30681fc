import postgresClient from "postgres";
import { fileURLToPath } from "node:url";
import { natsBinary } from "@/services/embedded/nats_binary.ts";
import { startNats } from "@/services/embedded/nats_server.ts";
import { buildPages } from "@/services/embedded/pages.ts";
import { startPostgres } from "@/services/embedded/postgres.ts";
import type { RunningServer } from "@/services/embedded/running_server.ts";
import { bootstrapDatabase } from "@/services/postgres/bootstrap.ts";
import { migrateUp } from "@/services/postgres/migrate.ts";
import { Child } from "./child.ts";

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const READY_MS = 60_000;
const READY_POLL_MS = 50;
const CONNECTIONS_MAX = 12_000;
const NATS_PORT = 4222;
const PG_PORT = 5433;

/** A running instance of the product, beside its PostgreSQL and NATS. */
export interface Innstream {
  readonly addr: string;
  readonly nats: string;
  /** Of its PostgreSQL, with every right. */
  readonly superuserUrl: string;
  /** HS256 secret of its tokens. */
  readonly secret: string;
  /** Processes to watch; `app` is the one that holds the sockets. */
  readonly pids: { readonly app: number; readonly nats: number; readonly postgres: number };
  stop(): Promise<void>;
}

interface Backing {
  postgres: RunningServer;
  nats: RunningServer;
  /** The login of the app, which row-level security binds. */
  databaseUrl: string;
}
let backing: Promise<Backing> | undefined;
/** What a start has left to undo, last first; a start that failed half way has some too. */
const undo: (() => Promise<void>)[] = [];

/** PostgreSQL and NATS are started once for all cases, with empty stores. */
async function startBacking(): Promise<Backing> {
  const log = (line: string) => console.error(`    ${line}`);
  await buildPages(ROOT, new AbortController().signal);
  const { path } = await natsBinary({ root: ROOT, env: Deno.env.toObject(), log });
  const dir = await Deno.makeTempDir({ prefix: "innstream-bench-" });
  undo.push(() => Deno.remove(dir, { recursive: true }));
  // Started by root, PostgreSQL runs as another user, who must be able to pass through.
  await Deno.chmod(dir, 0o711);
  const common = { dataDir: dir, portAsked: false, log };
  const nats = await startNats({ ...common, port: NATS_PORT, binary: path });
  undo.push(() => nats.stop());
  const postgres = await startPostgres({ ...common, port: PG_PORT, durable: true });
  undo.push(() => postgres.stop());
  const { ownerUrl, appUrl } = await bootstrapDatabase(postgres.url);
  await migrateUp(ownerUrl, () => {});
  await seed(ownerUrl);
  return { postgres, nats, databaseUrl: appUrl };
}

/** Ends PostgreSQL and NATS and removes their files. */
export async function stopBacking(): Promise<void> {
  await backing?.catch(() => undefined);
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
}

/** The organisation and the property that the load "rest" writes tasks for. */
async function seed(ownerUrl: string): Promise<void> {
  const sql = postgresClient(ownerUrl, { max: 1 });
  try {
    await sql.begin(async (sql) => {
      await sql`select set_config('app.org', '1', true)`;
      await sql`insert into organisations (id, name) values (1, 'Bench')`;
      await sql`insert into properties (org_id, id, name, address, timezone, created_by)
        values (1, 1, 'Bench', '', 'UTC', 'bench')`;
    });
  } finally {
    await sql.end();
  }
}

/** The product as an operator would run it: a process of its own beside its PostgreSQL and NATS. */
export async function startInnstream(
  feedConsumer: "org" | "process" = "org",
  more: Readonly<Record<string, string>> = {},
): Promise<Innstream> {
  const { postgres, nats, databaseUrl } = await (backing ??= startBacking());
  const secret = crypto.randomUUID() + crypto.randomUUID();
  const port = freePort();
  const env = {
    PORT: String(port),
    HOST: "127.0.0.1",
    DATABASE_URL: databaseUrl,
    NATS_URL: nats.url,
    JWT_SECRET: secret,
    FEED_CONSUMER: feedConsumer,
    MAX_CONNECTIONS: String(CONNECTIONS_MAX),
    REALTIME_STREAMING_V2: "true",
    REALTIME_ROLLOUT_PERCENT: "100",
    ...more,
  };
  const child = new Child({
    name: "innstream",
    command: Deno.execPath(),
    args: ["run", "-A", "main.ts"],
    cwd: ROOT,
    env,
  });
  await untilReady(child, `http://127.0.0.1:${port}/health/ready`);
  return {
    addr: `127.0.0.1:${port}`,
    nats: nats.url,
    superuserUrl: postgres.url,
    secret,
    pids: { app: child.pid, nats: nats.pid, postgres: postgres.pid },
    stop: () => child.stop(),
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function untilReady(child: Child, url: string): Promise<void> {
  let code: number | undefined;
  void child.ended.then((ended) => code = ended);
  for (
    const end = performance.now() + READY_MS;
    performance.now() < end && code === undefined;
  ) {
    try {
      const response = await fetch(url);
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // It does not listen yet.
    }
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  await child.stop();
  throw new Error(
    `Cannot start ${child.name}: no answer from ${url} (exit code ${code})\n${child.lastWords()}`,
  );
}
