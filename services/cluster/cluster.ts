import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { appArguments } from "@/services/app_arguments.ts";
import { readConfig } from "@/services/config.ts";
import { APP_STOP_MS, untilReady } from "@/services/embedded/app.ts";
import { Guard } from "@/services/embedded/guard.ts";
import { buildPages } from "@/services/embedded/pages.ts";
import { PARENT_VARIABLE } from "@/services/embedded/parent.ts";
import { freePort } from "@/services/embedded/ports.ts";
import { ServerProcess } from "@/services/embedded/server_process.ts";
import { WORKER_STOP_MS } from "@/services/embedded/worker.ts";
import { workerArguments } from "@/services/ocr/worker/arguments.ts";
import { readWorkerConfig } from "@/services/ocr/worker/config.ts";
import { bootstrapDatabase } from "@/services/postgres/bootstrap.ts";
import { migrateUp } from "@/services/postgres/migrate.ts";
import type { Cluster, Member } from "./members.ts";
import { type NatsNode, natsNodes, NODES, untilHealthy } from "./nats_nodes.ts";
import { PostgresMember } from "./postgres_member.ts";
import { ProcessMember } from "./process_member.ts";
import { type LinkEnd, TcpLink } from "./tcp_link.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const APPS = 2;
const PASSWORD_BYTES = 24;
const PROXY_STOP_MS = 2_000;
const START_MS = 60_000;
/** What the files of documents may take: small, since three nodes reserve it each. */
const DOCUMENT_GIB = "1";

export interface ClusterOptions {
  /** Absolute; goes with the cluster where `isTemporary`. */
  readonly dataDir: string;
  readonly isTemporary: boolean;
  /** More of the environment of apps and worker. */
  readonly env?: Readonly<Record<string, string>>;
  /** Fills the database, as its owner, before anything else runs. */
  readonly seed?: (ownerUrl: string) => Promise<unknown>;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Of a nats-server's files, instead of below `dataDir`. */
  readonly natsStoreDir?: (node: number) => string;
}

/** Starts all of it and settles when both apps are ready. Where something does not start, ends the rest and rejects. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const builder = new Builder(options);
  try {
    return await builder.build();
  } catch (error) {
    await builder.stop();
    throw error;
  }
}

class Builder {
  readonly #options: ClusterOptions;
  readonly #guard = new Guard();
  readonly #members: Member[] = [];
  readonly #links: TcpLink[] = [];
  readonly #removed: string[] = [];
  readonly #secret = randomBytes(PASSWORD_BYTES * 2).toString("base64url");

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  async build(): Promise<Cluster> {
    const { dataDir, isTemporary, log, signal, seed } = this.#options;
    await Deno.mkdir(dataDir, { recursive: true });
    await Deno.chmod(dataDir, 0o711);
    if (isTemporary) await this.#temporary(dataDir);
    const aborted = signal ?? new AbortController().signal;
    if (await buildPages(ROOT, aborted)) log("the pages are built");
    const passwords = {
      APP_PASSWORD: newPassword(),
      WORKER_PASSWORD: newPassword(),
      PUBLISHER_1_PASSWORD: newPassword(),
      ADMIN_PASSWORD: newPassword(),
      SYSTEM_PASSWORD: newPassword(),
    };
    const nodes = await natsNodes({
      root: ROOT,
      dataDir,
      passwords,
      guard: this.#guard,
      log,
      ...(signal !== undefined && { signal }),
      ...(this.#options.natsStoreDir !== undefined && { storeDir: this.#options.natsStoreDir }),
    });
    const [postgres] = await Promise.all([this.#postgres(), ...nodes.map((node) => this.#start(node))]);
    await untilHealthy(nodes);
    log(`three nats-servers and PostgreSQL serve`);
    const { ownerUrl, appUrl } = await bootstrapDatabase(postgres.url);
    await migrateUp(ownerUrl, () => {});
    await seed?.(ownerUrl);
    const env = (name: string, user: string, password: string) => ({
      ...this.#options.env,
      DATABASE_URL: this.#linked(`${name} > postgres`, appUrl),
      NATS_URL: this.#natsLinked(`${name} > nats`, nodes, `${user}:${password}`),
      [PARENT_VARIABLE]: "1",
    });
    const apps = [];
    for (let n = 1; n <= APPS; n++) {
      apps.push(await this.#app(`app-${n}`, env(`app-${n}`, "app", passwords.APP_PASSWORD)));
      log(`app-${n} serves`);
    }
    const worker = await this.#worker(env("worker", "worker", passwords.WORKER_PASSWORD));
    const proxyPort = Number(this.#options.env?.PORT ?? freePort());
    const proxy = await this.#start(this.#proxy(proxyPort, apps.map(({ url }) => Number(new URL(url).port))));
    const url = `http://127.0.0.1:${proxyPort}`;
    await untilReady(url, aborted);
    return {
      url,
      apps,
      nats: nodes,
      postgres,
      worker,
      proxy,
      links: this.#links,
      ownerUrl,
      appUrl,
      natsUrl: nodes.map(({ port }) => `nats://admin:${passwords.ADMIN_PASSWORD}@127.0.0.1:${port}`).join(
        ",",
      ),
      jwtSecret: this.#secret,
      dataDir,
      stop: () => this.stop(),
    };
  }

  /** The last one first. */
  async stop(): Promise<void> {
    for (const member of this.#members.toReversed()) await member.stop();
    for (const link of this.#links) link.close();
    for (const dir of this.#removed) await Deno.remove(dir, { recursive: true }).catch(() => {});
    await this.#guard.end();
  }

  /** Goes with the cluster, and where this process is ended by force. */
  async #temporary(dir: string): Promise<void> {
    this.#removed.push(dir);
    await this.#guard.dir(dir);
  }

  async #start<M extends Member>(member: M): Promise<M> {
    this.#members.push(member);
    await member.start();
    return member;
  }

  async #postgres(): Promise<PostgresMember> {
    const { dataDir, isTemporary, log } = this.#options;
    const postgres = await this.#start(new PostgresMember({ dataDir, guard: this.#guard, log }));
    // Its files may lie elsewhere, where its user can enter.
    if (isTemporary) await this.#temporary(postgres.home);
    return postgres;
  }

  async #app(name: string, env: Record<string, string>): Promise<Cluster["apps"][number]> {
    const { port, metricsPort } = { port: freePort(), metricsPort: freePort() };
    const whole = {
      JWT_SECRET: this.#secret,
      EVENTS_REPLICAS: String(NODES),
      DOCUMENT_GIB,
      REALTIME_STREAMING_V2: "true",
      REALTIME_ROLLOUT_PERCENT: "100",
      OPERATOR_ORGS: "1",
      ...env,
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
    };
    const config = readConfig(whole);
    if ("problems" in config) throw new Error(config.problems.join("\n"));
    const url = `http://127.0.0.1:${port}`;
    const member = await this.#start(
      new ProcessMember({
        name,
        stopMs: APP_STOP_MS,
        log: this.#options.log,
        spawn: () => this.#spawn(name, appArguments(config), whole),
        answers: (app) => untilReady(url, AbortSignal.any([AbortSignal.timeout(START_MS), endOf(app)])),
      }),
    );
    return Object.assign(member, { url, metricsUrl: `http://127.0.0.1:${metricsPort}/metrics` });
  }

  async #worker(env: Record<string, string>): Promise<Cluster["worker"]> {
    const metricsPort = freePort();
    const whole = { ...env, METRICS_PORT: String(metricsPort) };
    const config = readWorkerConfig(whole);
    if ("problems" in config) throw new Error(config.problems.join("\n"));
    const worker = this.#saying("worker", workerArguments(config), whole, {
      ready: '"waiting for documents"',
      stopMs: WORKER_STOP_MS,
    });
    return Object.assign(await this.#start(worker), {
      metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    });
  }

  #proxy(port: number, ports: readonly number[]): ProcessMember {
    const args = [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      `${ROOT}/services/cluster/proxy.ts`,
    ];
    return this.#saying("proxy", [...args, ...[port, ...ports].map(String)], {}, {
      ready: "ready",
      stopMs: PROXY_STOP_MS,
    });
  }

  /** A process that says so when it answers. */
  #saying(
    name: string,
    args: string[],
    env: Record<string, string>,
    { ready, stopMs }: { readonly ready: string; readonly stopMs: number },
  ): ProcessMember {
    let said = Promise.withResolvers<void>();
    return new ProcessMember({
      name,
      stopMs,
      log: this.#options.log,
      spawn: () => {
        said = Promise.withResolvers();
        return this.#spawn(name, args, env, (line) => line.includes(ready) && said.resolve());
      },
      answers: () => said.promise,
    });
  }

  #spawn(
    name: string,
    args: string[],
    env: Record<string, string>,
    onLine?: (line: string) => void,
  ): ServerProcess {
    return new ServerProcess({
      name,
      command: Deno.execPath(),
      args,
      cwd: ROOT,
      env,
      stopSignal: "SIGTERM",
      guard: this.#guard,
      holdsStdin: true,
      logFile: `${this.#options.dataDir}/${name}.log`,
      keepsLog: true,
      ...(onLine !== undefined && { onLine }),
    });
  }

  /** The same URL through a link. */
  #linked(name: string, url: string): string {
    const linked = new URL(url);
    const end = endTo(Number(linked.port));
    this.#links.push(new TcpLink(name, [end]));
    linked.port = String(end.port);
    return linked.href;
  }

  #natsLinked(name: string, nodes: readonly NatsNode[], login: string): string {
    const ends = nodes.map(({ port }) => endTo(port));
    this.#links.push(new TcpLink(name, ends));
    return ends.map(({ port }) => `nats://${login}@127.0.0.1:${port}`).join(",");
  }
}

function endTo(port: number): LinkEnd {
  return { port: freePort(), target: { hostname: "127.0.0.1", port } };
}

function endOf(process: ServerProcess): AbortSignal {
  const ending = new AbortController();
  void process.ended.then(({ code }) => {
    ending.abort(new Error(`${process.name} ended with ${code}\n${process.lastLines().join("\n")}`));
  });
  return ending.signal;
}

function newPassword(): string {
  return randomBytes(PASSWORD_BYTES).toString("base64url");
}
