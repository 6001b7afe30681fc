import { fileURLToPath } from "node:url";
import { natsBinary } from "@/services/embedded/nats_binary.ts";
import { startNats } from "@/services/embedded/nats_server.ts";
import type { RunningServer } from "@/services/embedded/running_server.ts";
import { freePort } from "./ports.ts";
import { tempDir } from "./dirs.ts";

export interface TestNats {
  url: string;
  port: number;
  /** Give it to another `testNats` to go on with the same streams. */
  storeDir: string;
  /** Changes with `restart`. */
  readonly pid: number;
  /** Ends it in good order and removes a store that was made for it. */
  stop(): Promise<void>;
  /** Ends it as a crash does; port and store stay. */
  kill(): Promise<void>;
  /** Starts it again on the same port and store, after ending it in good order where it still runs. */
  restart(): Promise<void>;
}

const running = new Set<RunningServer>();

// A test that failed before its stop: the file's end stops it. A crash of the whole run: its guard does.
globalThis.addEventListener("unload", () => {
  for (const server of running) server.kill("SIGKILL");
});

/** A real nats-server with JetStream of the caller's own, on a random port unless one is given. */
export async function testNats(options: { port?: number; storeDir?: string } = {}): Promise<TestNats> {
  const dir = options.storeDir === undefined ? tempDir("innstream-nats-") : undefined;
  const storeDir = options.storeDir ?? dir?.path ?? "";
  const { path: binary } = await natsBinary({
    root: checkout(),
    env: Deno.env.toObject(),
    log: console.error,
  });
  const start = async (port: number, portAsked: boolean) => {
    const started = await startNats({ binary, dataDir: storeDir, port, portAsked, log: () => {} });
    running.add(started);
    void started.ended.then(() => running.delete(started));
    return started;
  };
  let server = await start(options.port ?? freePort(), options.port !== undefined);
  const { url, port } = server;
  return {
    url,
    port,
    storeDir,
    get pid() {
      return server.pid;
    },
    stop: async () => {
      await server.stop();
      dir?.remove();
    },
    kill: async () => {
      server.kill("SIGKILL");
      await server.ended;
    },
    restart: async () => {
      await server.stop();
      server = await start(port, true);
    },
  };
}

function checkout(): string {
  return fileURLToPath(new URL("../..", import.meta.url));
}
