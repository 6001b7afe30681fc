import { Guard } from "./guard.ts";
import { removePidFile, writePidFile } from "./pid_files.ts";
import { choosePort, portIsFree, type WantedPort } from "./ports.ts";
import type { Ended, ServerProcess } from "./server_process.ts";
import { StartError } from "./start_error.ts";

/** Another program may take a port between the look and the start. */
const PORT_TRIES = 5;
const READY_POLL_MS = 25;

export interface RunningServer {
  url: string;
  port: number;
  pid: number;
  /** Settles when the process has ended and is cleaned up after. Never rejects. */
  ended: Promise<Ended>;
  /** Its last lines of output, oldest first. */
  lastLines(): readonly string[];
  /** Ends it in good order, by force after a grace, and waits for that. */
  stop(): Promise<void>;
  kill(signal: Deno.Signal): void;
}

export interface ServerStart {
  name: string;
  /** Where its pid file goes. */
  dataDir: string;
  /** Stands in its command line and in no other's. */
  mark: string;
  wanted: WantedPort;
  stopSignal: "SIGINT" | "SIGTERM";
  stopMs: number;
  readyMs: number;
  /** Stops it should this process end by force; one of its own where none is given. */
  guard: Guard | undefined;
  run(port: number, guard: Guard): ServerProcess;
  url(port: number): string;
  /** Rejects while the server does not serve yet. */
  probe(port: number): Promise<void>;
}

/** Starts a server and waits until it serves; a default port that gets taken meanwhile is given up for another one. */
export async function startServer(start: ServerStart): Promise<RunningServer> {
  for (let tries = 1;; tries++) {
    const port = choosePort(start.wanted);
    const guard = start.guard ?? new Guard();
    const server = start.run(port, guard);
    const { name, stopSignal, mark } = start;
    writePidFile(start.dataDir, { name, pid: server.pid, mark, stopSignal });
    const running = handle(start, server, port, guard);
    try {
      await untilReady(start, server, port);
      return running;
    } catch (error) {
      await running.stop();
      if (start.wanted.asked || portIsFree(port) || tries === PORT_TRIES) {
        throw error;
      }
    }
  }
}

async function untilReady(
  start: ServerStart,
  server: ServerProcess,
  port: number,
): Promise<void> {
  const deadline = performance.now() + start.readyMs;
  let last: unknown;
  while (server.running && performance.now() < deadline) {
    try {
      return await start.probe(port);
    } catch (error) {
      last = error;
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    }
  }
  if (server.running) {
    throw new StartError(
      `starting ${start.name}: it does not serve after ${start.readyMs / 1000} s: ${last}`,
    );
  }
  const { code } = await server.ended;
  throw new StartError(
    `starting ${start.name}: it ended with code ${code}: ${server.lastLines().join("\n")}`,
  );
}

function handle(
  start: ServerStart,
  server: ServerProcess,
  port: number,
  guard: Guard,
): RunningServer {
  const ended = server.ended.then(async (how) => {
    removePidFile(start.dataDir, start.name);
    if (guard !== start.guard) await guard.end();
    return how;
  });
  return {
    url: start.url(port),
    port,
    pid: server.pid,
    ended,
    lastLines: () => server.lastLines(),
    stop: async () => {
      await server.stop(start.stopMs);
      await ended;
    },
    kill: (signal) => server.kill(signal),
  };
}
