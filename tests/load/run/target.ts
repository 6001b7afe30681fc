import { fileURLToPath } from "node:url";
import { appArguments } from "@/services/app_arguments.ts";
import { readConfig } from "@/services/config.ts";
import { APP_STOP_MS, untilReady } from "@/services/embedded/app.ts";
import type { Guard } from "@/services/embedded/guard.ts";
import { natsBinary } from "@/services/embedded/nats_binary.ts";
import { startNats } from "@/services/embedded/nats_server.ts";
import { buildPages } from "@/services/embedded/pages.ts";
import { PARENT_VARIABLE } from "@/services/embedded/parent.ts";
import { freePort } from "@/services/embedded/ports.ts";
import { startPostgres } from "@/services/embedded/postgres.ts";
import { ServerProcess } from "@/services/embedded/server_process.ts";
import { bootstrapDatabase } from "@/services/postgres/bootstrap.ts";
import { migrateUp } from "@/services/postgres/migrate.ts";
import { seedHouse } from "./house.ts";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** What is loaded. */
export interface Target {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  readonly natsUrl: string;
  /** HS256 secret of its tokens. */
  readonly secret: string;
  /** Process ids by what they do, as of now; without those that cannot be looked at. */
  pids(): Readonly<Record<string, readonly number[]>>;
  /** Kills an app as `kill -9` does and starts it again; undefined where the app is not ours. */
  readonly crash: (() => Promise<void>) | undefined;
  stop(): Promise<void>;
}

export interface TargetOptions {
  /** Absolute, and goes with the run. */
  readonly dataDir: string;
  readonly guard: Guard;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** More of the app's environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** One app as a process of its own beside a PostgreSQL and a nats-server, with nothing in them but one house. */
export async function startTarget(options: TargetOptions): Promise<Target> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    return await start(options, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  { dataDir, guard, log, signal, env }: TargetOptions,
  undo: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Target> {
  const common = { dataDir, portAsked: true, log, guard, signal };
  if (await buildPages(ROOT, signal)) log("the pages are built");
  const { path: binary } = await natsBinary({ root: ROOT, env: Deno.env.toObject(), log, signal });
  const nats = await startNats({ ...common, port: freePort(), binary });
  undo.push(() => nats.stop());
  const postgres = await startPostgres({ ...common, port: freePort(), durable: true });
  // Not in our directory where its user could not enter that.
  await guard.dir(postgres.home);
  undo.push(() => Deno.remove(postgres.home, { recursive: true }).catch(() => {}), () => postgres.stop());
  const { ownerUrl, appUrl } = await bootstrapDatabase(postgres.url);
  await migrateUp(ownerUrl, () => {});
  await seedHouse(ownerUrl);
  const secret = crypto.randomUUID() + crypto.randomUUID();
  const url = `http://127.0.0.1:${freePort()}`;
  const app = new App(url, { dataDir, guard, signal }, {
    DATABASE_URL: appUrl,
    NATS_URL: nats.url,
    JWT_SECRET: secret,
    REALTIME_STREAMING_V2: "true",
    REALTIME_ROLLOUT_PERCENT: "100",
    [PARENT_VARIABLE]: "1",
    ...env,
  });
  await app.start();
  undo.push(() => app.stop());
  return {
    url,
    natsUrl: nats.url,
    secret,
    pids: () => ({ app: [app.pid], nats: [nats.pid], postgres: [postgres.pid] }),
    crash: () => app.crash(),
    stop,
  };
}

/** The app, which can be killed and started again on the same port. */
class App {
  readonly #url: string;
  readonly #options: Pick<TargetOptions, "dataDir" | "guard" | "signal">;
  readonly #env: Record<string, string>;
  #process: ServerProcess | undefined;

  constructor(
    url: string,
    options: Pick<TargetOptions, "dataDir" | "guard" | "signal">,
    env: Record<string, string>,
  ) {
    this.#url = url;
    this.#options = options;
    this.#env = { ...env, PORT: new URL(url).port };
  }

  get pid(): number {
    return this.#process!.pid;
  }

  async start(): Promise<void> {
    const config = readConfig(this.#env);
    if ("problems" in config) throw new Error(config.problems.join("\n"));
    const { dataDir, guard, signal } = this.#options;
    const app = new ServerProcess({
      name: "app",
      command: Deno.execPath(),
      args: appArguments(config),
      cwd: ROOT,
      env: this.#env,
      stopSignal: "SIGTERM",
      guard,
      holdsStdin: true,
      logFile: `${dataDir}/app.log`,
    });
    this.#process = app;
    const ending = new AbortController();
    void app.ended.then(({ code }) => {
      ending.abort(new Error(`The app ended with ${code}\n${app.lastLines().join("\n")}`));
    });
    await untilReady(this.#url, AbortSignal.any([signal, ending.signal]));
  }

  async crash(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.ended;
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#process?.stop(APP_STOP_MS);
  }
}
