import type { Guard } from "./guard.ts";
import { type RunningServer, startServer } from "./running_server.ts";
import { ServerProcess } from "./server_process.ts";

/** nats-server's own default, said here because chunk and frame limits are measured against it. */
export const NATS_PAYLOAD_BYTES_MAX = 1024 * 1024;
/** For all streams together; a stream's own bound comes first. The files grow as they fill. */
export const NATS_FILE_BYTES_MAX = 16 * 1024 * 1024 * 1024;
export const NATS_MEMORY_BYTES_MAX = 256 * 1024 * 1024;

/** Recovers its streams before it listens. */
const READY_MS = 30_000;
const PROBE_MS = 2_000;
const STOP_MS = 10_000;
const INFO_BYTES_MAX = 16 * 1024;

export interface NatsOptions {
  /** The program (see nats_binary.ts). */
  binary: string;
  /** Absolute. The store and the configuration go to `nats/` below. */
  dataDir: string;
  port: number;
  /** Refuse to start on another port. */
  portAsked: boolean;
  log: (line: string) => void;
  /** Stops it should this process end by force; one of its own where none is given. */
  guard?: Guard;
}

/**
 * Starts a nats-server with JetStream and waits until it answers. It listens on the loopback address alone and asks for no
 * password: every program of this machine may use it, as is usual for a development server. Production uses a server of its own.
 */
export function startNats(options: NatsOptions): Promise<RunningServer> {
  const { binary, dataDir, log } = options;
  const dir = `${dataDir}/nats`;
  const config = `${dir}/nats.conf`;
  const serverName = `innstream-${crypto.randomUUID()}`;
  Deno.mkdirSync(dir, { recursive: true, mode: 0o700 });
  return startServer({
    name: "nats-server",
    dataDir,
    mark: config,
    wanted: {
      port: options.port,
      asked: options.portAsked,
      variable: "NATS_PORT",
      server: "nats-server",
      log,
    },
    stopSignal: "SIGTERM",
    stopMs: STOP_MS,
    readyMs: READY_MS,
    guard: options.guard,
    run: (port, guard) => {
      Deno.writeTextFileSync(
        config,
        configText({ port, serverName, storeDir: `${dir}/store` }),
      );
      return new ServerProcess({
        name: "nats-server",
        command: binary,
        args: ["-c", config],
        stopSignal: "SIGTERM",
        guard,
        logFile: `${dataDir}/nats-server.log`,
      });
    },
    url: (port) => `nats://127.0.0.1:${port}`,
    probe: (port) => probe(port, serverName),
  });
}

function configText(
  { port, serverName, storeDir }: {
    port: number;
    serverName: string;
    storeDir: string;
  },
): string {
  return [
    "# Written anew at each start.",
    `server_name: ${JSON.stringify(serverName)}`,
    "host: 127.0.0.1",
    `port: ${port}`,
    `max_payload: ${NATS_PAYLOAD_BYTES_MAX}`,
    "jetstream {",
    `  store_dir: ${JSON.stringify(storeDir)}`,
    `  max_file_store: ${NATS_FILE_BYTES_MAX}`,
    `  max_memory_store: ${NATS_MEMORY_BYTES_MAX}`,
    "}",
    "",
  ].join("\n");
}

/** A server greets with a line "INFO {...}": our name in it tells that it is ours and not another one on that port. */
async function probe(port: number, serverName: string): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const timer = setTimeout(() => connection.close(), PROBE_MS);
  try {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(INFO_BYTES_MAX);
    let text = "";
    while (!text.includes("\r\n") && text.length < INFO_BYTES_MAX) {
      const bytes = await connection.read(buffer);
      if (bytes === null) break;
      text += decoder.decode(buffer.subarray(0, bytes), { stream: true });
    }
    const info = JSON.parse(/^INFO (\{.*\})/.exec(text)?.[1] ?? "{}");
    if (info.server_name === serverName && info.jetstream === true) return;
    throw new Error(
      `port ${port} greets with ${JSON.stringify(text.slice(0, 200))}`,
    );
  } finally {
    clearTimeout(timer);
    try {
      connection.close();
    } catch {
      // The timer closed it.
    }
  }
}
