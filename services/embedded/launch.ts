import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { APP_STOP_MS, startApp, untilReady } from "./app.ts";
import { Guard } from "./guard.ts";
import { lockDataDir } from "./lock.ts";
import { natsBinary } from "./nats_binary.ts";
import { startNats } from "./nats_server.ts";
import { type LaunchOptions, launchOptions, PORT_MAX } from "./options.ts";
import { buildPages } from "./pages.ts";
import { stopOrphans } from "./pid_files.ts";
import { freePort, portIsFree } from "./ports.ts";
import { startPostgres } from "./postgres.ts";
import { keptSecret } from "./secret.ts";
import type { Ended } from "./server_process.ts";
import { StartError } from "./start_error.ts";
import { type Reason, StopRequest } from "./stop_request.ts";
import { startWorker, WORKER_STOP_MS } from "./worker.ts";
import { explain, phase, print, seconds } from "./terminal.ts";
import { readConfig } from "@/services/config.ts";
import { withSecrets } from "@/services/secret_files.ts";

/** In DATA_DIR: how to reach the embedded database as the owner of its tables. */
const OWNER_URL_FILE = "owner_url";
const APP_URL_FILE = "app_url";
const NATS_URL_FILE = "nats_url";
/** After a second Ctrl-C nothing is waited for any longer than this; the guard ends what is left. */
const HARD_STOP_MS = 2_000;

/** A child that runs, whichever it is. */
interface Child {
  name: string;
  ended: Promise<Ended>;
  lastLines(): readonly string[];
  stop(): Promise<unknown>;
  kill(signal: Deno.Signal): void;
}

/** Starts everything, serves until something asks for the end, stops everything. Answers the exit code. */
export async function launch(options: LaunchOptions): Promise<number> {
  return await new Launcher(options).run();
}

class Launcher {
  readonly #options: LaunchOptions;
  readonly #guard = new Guard();
  readonly #children: Child[] = [];
  readonly #stop = new StopRequest(() => void this.#stopHard());
  #lock: { release(): void } | undefined;
  #stoppingHard = false;

  constructor(options: LaunchOptions) {
    this.#options = options;
  }

  async run(): Promise<number> {
    const began = performance.now();
    let reason: Reason;
    try {
      await this.#start();
      this.#sayReady(began);
      reason = await this.#stop.requested();
    } catch (error) {
      reason = this.#stop.reason ?? { text: explain(error), code: 1 };
      this.#stop.now(reason);
    }
    print(reason.code === 0 ? "stopping" : "failed", reason.text);
    await this.#stopAll();
    return reason.code;
  }

  async #start(): Promise<void> {
    const { dataDir, root, host, port, dev } = this.#options;
    this.#lock = await lockDataDir(dataDir);
    await stopOrphans(
      dataDir,
      ["app", "worker", "nats-server", "postgres"],
      (line) => print("left over", line),
    );
    if (!portIsFree(port, host)) {
      throw new StartError(
        `listening on ${host}:${port}: the port is taken; stop what listens there or set PORT`,
      );
    }
    const env = await this.#appEnvironment();
    const database = await this.#database();
    const natsUrl = await this.#nats();
    if (!dev) {
      await this.#phase(
        "pages",
        () => buildPages(root, this.#stop.signal),
        (built) => built ? "built" : "up to date",
      );
    }
    const whole = { ...env, ...database, NATS_URL: natsUrl };
    await this.#app({ ...whole, METRICS_PORT: String(this.#metricsPort(0)) });
    await this.#worker({ ...whole, METRICS_PORT: String(this.#metricsPort(1)) });
  }

  /** Of the app, or of the process `after` it: a free one where that is taken and none was asked for. */
  #metricsPort(after: number): number {
    const { metricsPort: { port, asked } } = this.#options;
    const wanted = port + after;
    if (port === 0 || wanted > PORT_MAX) return freePort();
    if (portIsFree(wanted, "127.0.0.1")) return wanted;
    if (asked) {
      throw new StartError(
        `METRICS_PORT: port ${wanted} is taken; stop what listens there or set another one`,
      );
    }
    return freePort();
  }

  /** Everything of the app's environment that is known before the servers run; checked now, not after they have started. */
  async #appEnvironment(): Promise<Record<string, string>> {
    const { dataDir, databaseUrl, natsUrl, host, port, demo, env } = this.#options;
    const known = {
      ...env,
      HOST: host,
      PORT: String(port),
      DATA_DIR: dataDir,
      DEMO: env["DEMO"]?.trim() || (demo ? "1" : "0"),
      ...(!env["JWT_SECRET"] && !env["JWKS_URL"] &&
        { JWT_SECRET: await keptSecret(dataDir) }),
    };
    const config = readConfig({
      ...known,
      DATABASE_URL: databaseUrl ?? "postgres://embedded",
      NATS_URL: natsUrl ?? "nats://embedded",
    });
    if ("problems" in config) throw new StartError(config.problems.join("\n"));
    return known;
  }

  async #database(): Promise<Record<string, string>> {
    const { dataDir, databaseUrl, migrateDatabaseUrl, demo } = this.#options;
    if (databaseUrl === undefined) {
      const url = await this.#postgres();
      const { bootstrapDatabase } = await import(
        "@/services/postgres/bootstrap.ts"
      );
      const { ownerUrl, appUrl } = await this.#stop.unless(
        bootstrapDatabase(url),
      );
      await this.#prepare(ownerUrl, demo);
      // For `deno task migrate`; the app itself never sees the owner's login. The others are for `rebuild-stream`.
      await Deno.writeTextFile(`${dataDir}/${OWNER_URL_FILE}`, `${ownerUrl}\n`, { mode: 0o600 });
      await Deno.writeTextFile(`${dataDir}/${APP_URL_FILE}`, `${appUrl}\n`, { mode: 0o600 });
      return { DATABASE_URL: appUrl };
    }
    print("postgres", "DATABASE_URL is set: using that one");
    if (migrateDatabaseUrl !== undefined) {
      await this.#prepare(migrateDatabaseUrl, demo);
    } else {print(
        "migrate",
        "left to you: MIGRATE_DATABASE_URL (the owner's login) is not set",
      );}
    return { DATABASE_URL: databaseUrl };
  }

  async #prepare(ownerUrl: string, demo: boolean): Promise<void> {
    const { migrateUp } = await import("@/services/postgres/migrate.ts");
    const migrate = () => migrateUp(ownerUrl, (line) => print("migrate", line));
    await this.#phase(
      "migrate",
      migrate,
      (count) => count === 0 ? "up to date" : `ran ${count}`,
    );
    if (!demo) return;
    const { seedDemo } = await import("@/services/demo/seed.ts");
    await this.#phase("seed", () => seedDemo(ownerUrl), (summary) => summary);
  }

  async #postgres(): Promise<string> {
    const { dataDir, postgresPort: { port, asked } } = this.#options;
    const server = await this.#phase("postgres", () =>
      startPostgres({
        dataDir,
        port,
        portAsked: asked,
        durable: true,
        log: (line) => print("postgres", line),
        guard: this.#guard,
        signal: this.#stop.signal,
      }), ({ port, pid }) => `serves on 127.0.0.1:${port}, pid ${pid}`);
    this.#adopt("postgres", server);
    return server.url;
  }

  async #nats(): Promise<string> {
    const { root, dataDir, natsUrl, natsPort: { port, asked }, env } = this.#options;
    if (natsUrl !== undefined) {
      print("nats-server", "NATS_URL is set: using that one");
      return natsUrl;
    }
    const log = (line: string) => print("nats-server", line);
    const search = { root, env, log, signal: this.#stop.signal };
    const { path, version, from } = await this.#stop.unless(natsBinary(search));
    const server = await this.#phase(
      "nats-server",
      () =>
        startNats({
          binary: path,
          dataDir,
          port,
          portAsked: asked,
          log,
          guard: this.#guard,
        }),
      ({ port, pid }) => `${version} (${from}) serves on 127.0.0.1:${port}, pid ${pid}`,
    );
    this.#adopt("nats-server", server);
    await Deno.writeTextFile(`${dataDir}/${NATS_URL_FILE}`, `${server.url}\n`, { mode: 0o600 });
    return server.url;
  }

  async #app(env: Record<string, string>): Promise<void> {
    const { root, dataDir, host, port, dev } = this.#options;
    await this.#phase("app", async () => {
      const app = startApp({
        root,
        dataDir,
        host,
        port,
        env,
        guard: this.#guard,
        dev,
      });
      this.#adopt("app", {
        ended: app.ended,
        lastLines: () => app.lastLines(),
        stop: () => app.stop(APP_STOP_MS),
        kill: (signal) => app.kill(signal),
      });
      await untilReady(this.#url(), this.#stop.signal);
      return app.pid;
    }, (pid) => `serves on ${host}:${port}, pid ${pid}`);
  }

  /** After the app, which declares the streams. */
  async #worker(env: Record<string, string>): Promise<void> {
    const { root, dataDir } = this.#options;
    await this.#phase("worker", async () => {
      const { worker, ready } = startWorker({ root, dataDir, env, guard: this.#guard });
      this.#adopt("worker", {
        ended: worker.ended,
        lastLines: () => worker.lastLines(),
        stop: () => worker.stop(WORKER_STOP_MS),
        kill: (signal) => worker.kill(signal),
      });
      await ready;
      return worker.pid;
    }, (pid) => `reads documents, pid ${pid}`);
  }

  /** A child that ends before it is told to takes everything with it. */
  #adopt(name: string, server: Omit<Child, "name">): void {
    const child = { ...server, name };
    this.#children.push(child);
    void server.ended.then(({ code, signal }) => {
      this.#children.splice(this.#children.indexOf(child), 1);
      if (this.#stop.reason) return;
      const how = signal ? `signal ${signal}` : `code ${code}`;
      const lines = server.lastLines().map((line) => `\n    ${line}`).join("");
      this.#stop.now({
        text: `${name} ended by itself with ${how}${lines && `; its last lines:${lines}`}`,
        code: 1,
      });
    });
  }

  #phase<T>(
    name: string,
    work: () => Promise<T>,
    say: (result: T) => string,
  ): Promise<T> {
    return this.#stop.unless(phase(name, work, say));
  }

  #url(): string {
    const { host, port } = this.#options;
    const reachable = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[host] ??
      (host.includes(":") ? `[${host}]` : host);
    return `http://${reachable}:${port}`;
  }

  #sayReady(began: number): void {
    print("", "");
    print("ready", `${this.#url()}/ (${seconds(began)})`);
    if (this.#options.demo) {
      print(
        "sign in",
        "open that page and choose one of the demo people; no password is needed",
      );
    }
    print("token", "deno task token prints one for the API");
    print("stop", "Ctrl-C");
  }

  /** In the reverse order of their start. A start that is still under way is left to the guard. */
  async #stopAll(): Promise<void> {
    for (const child of this.#children.toReversed()) {
      const began = performance.now();
      await child.stop();
      print("stopping", `${child.name} has ended (${seconds(began)})`);
    }
    this.#lock?.release();
    this.#stop.end();
  }

  async #stopHard(): Promise<void> {
    if (this.#stoppingHard) return;
    this.#stoppingHard = true;
    print("stopping", "at once");
    for (const child of this.#children) child.kill("SIGKILL");
    const timer = new Promise((resolve) => setTimeout(resolve, HARD_STOP_MS));
    await Promise.race([
      Promise.all(this.#children.map((child) => child.ended)),
      timer,
    ]);
    Deno.exit(1);
  }
}

if (import.meta.main) {
  const whole = withSecrets(Deno.env.toObject());
  const options = "problems" in whole ? whole : launchOptions(
    whole.env,
    resolve(fileURLToPath(new URL("../..", import.meta.url))),
    { dev: Deno.args.includes("--dev") },
  );
  if ("problems" in options) {
    for (const problem of options.problems) console.error(problem);
    Deno.exit(1);
  }
  Deno.exit(await launch(options));
}
