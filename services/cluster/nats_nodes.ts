import { natsBinary } from "@/services/embedded/nats_binary.ts";
import {
  NATS_FILE_BYTES_MAX,
  NATS_MEMORY_BYTES_MAX,
  NATS_PAYLOAD_BYTES_MAX,
} from "@/services/embedded/nats_server.ts";
import type { Guard } from "@/services/embedded/guard.ts";
import { freePort } from "@/services/embedded/ports.ts";
import { ServerProcess } from "@/services/embedded/server_process.ts";
import { ProcessMember } from "./process_member.ts";

export const NODES = 3;
const CLUSTER_NAME = "innstream";
const READY_MS = 60_000;
const PROBE_MS = 1_000;
const POLL_MS = 50;
const STOP_MS = 15_000;

/** The passwords of ops/nats/accounts.conf, by the name that it knows them by. */
export interface NatsPasswords {
  readonly APP_PASSWORD: string;
  readonly WORKER_PASSWORD: string;
  readonly PUBLISHER_1_PASSWORD: string;
  readonly ADMIN_PASSWORD: string;
  readonly SYSTEM_PASSWORD: string;
}

export interface NatsNode extends ProcessMember {
  readonly url: string;
  readonly port: number;
  readonly monitorUrl: string;
}

export interface NatsNodesOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly passwords: NatsPasswords;
  readonly guard: Guard;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Where a node keeps its files, instead of below `dataDir`; for a small disk. */
  readonly storeDir?: (node: number) => string;
}

/** Three nats-servers of one cluster, with the accounts that production has; not started yet. */
export async function natsNodes(options: NatsNodesOptions): Promise<readonly NatsNode[]> {
  const { root, dataDir, passwords, guard, log, signal } = options;
  const { path: binary } = await natsBinary({
    root,
    env: Deno.env.toObject(),
    log,
    ...(signal !== undefined && { signal }),
  });
  const dir = `${dataDir}/nats`;
  await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
  await Deno.copyFile(`${root}/ops/nats/accounts.conf`, `${dir}/accounts.conf`);
  const lines = Object.entries(passwords).map(([name, password]) => `${name}: ${JSON.stringify(password)}\n`);
  await Deno.writeTextFile(`${dir}/passwords.conf`, lines.join(""), { mode: 0o600 });
  const ports = Array.from(
    { length: NODES },
    () => ({ client: freePort(), route: freePort(), monitor: freePort() }),
  );
  const routes = ports.map(({ route }) => `nats-route://127.0.0.1:${route}`);
  return ports.map(({ client, route, monitor }, i) => {
    const name = `nats-${i + 1}`;
    const config = `${dir}/${name}.conf`;
    Deno.writeTextFileSync(
      config,
      [
        "# Written anew at each start.",
        `server_name: ${name}`,
        "include ./accounts.conf",
        "host: 127.0.0.1",
        `port: ${client}`,
        `http: 127.0.0.1:${monitor}`,
        `max_payload: ${NATS_PAYLOAD_BYTES_MAX}`,
        "cluster {",
        `  name: ${CLUSTER_NAME}`,
        `  listen: 127.0.0.1:${route}`,
        `  routes: [${routes.join(", ")}]`,
        // Clients keep to the addresses they were given: those of the links.
        "  no_advertise: true",
        "}",
        "jetstream {",
        `  store_dir: ${JSON.stringify(options.storeDir?.(i) ?? `${dir}/${name}`)}`,
        `  max_file_store: ${NATS_FILE_BYTES_MAX}`,
        `  max_memory_store: ${NATS_MEMORY_BYTES_MAX}`,
        "}",
        "",
      ].join("\n"),
    );
    const monitorUrl = `http://127.0.0.1:${monitor}`;
    const member = new ProcessMember({
      name,
      stopMs: STOP_MS,
      log,
      spawn: () =>
        new ServerProcess({
          name,
          command: binary,
          args: ["-c", config],
          stopSignal: "SIGTERM",
          guard,
          logFile: `${dataDir}/${name}.log`,
          keepsLog: true,
        }),
      answers: (server) => untilListening(server, monitorUrl),
    });
    return Object.assign(member, { url: `nats://127.0.0.1:${client}`, port: client, monitorUrl });
  });
}

/** Until it answers at all: it is healthy only once the others are there. */
async function untilListening(server: ServerProcess, monitorUrl: string): Promise<void> {
  await poll(server, async () => {
    const answer = await fetch(`${monitorUrl}/varz`, { signal: AbortSignal.timeout(PROBE_MS) });
    await answer.body?.cancel();
    return answer.ok;
  });
}

/** Until every node has a leader for what it keeps, and has caught up with it. */
export async function untilHealthy(nodes: readonly NatsNode[]): Promise<void> {
  await Promise.all(nodes.map(({ monitorUrl }) =>
    poll({ running: true }, async () => {
      const answer = await fetch(`${monitorUrl}/healthz`, { signal: AbortSignal.timeout(PROBE_MS) });
      await answer.body?.cancel();
      return answer.ok;
    })
  ));
}

async function poll(
  server: { readonly running: boolean; lastLines?(): readonly string[] },
  probe: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + READY_MS;
  let last: unknown = "not ready";
  while (server.running && performance.now() < deadline) {
    try {
      if (await probe()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`Cannot start a nats-server: ${last}\n${server.lastLines?.().join("\n") ?? ""}`);
}
