import { fileURLToPath } from "node:url";
import { Guard } from "@/services/embedded/guard.ts";
import { type Ended, ServerProcess } from "@/services/embedded/server_process.ts";
import { Tokens } from "@/services/auth/tokens.ts";
import { TEST_SECRET } from "./server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Longer than the app takes to end by itself. */
const STOP_MS = 15_000;
const START_MS = 30_000;

/** One line of the app's log; a line that is no JSON is a message of the level "text". */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface AppProcess {
  readonly url: string;
  readonly wsUrl: string;
  readonly pid: number;
  readonly log: readonly LogLine[];
  /** Its end, whatever brings it. */
  readonly ended: Promise<Ended>;
  kill(signal: Deno.Signal): void;
  /** Asks it to end, and ends it by force where it does not. */
  stop(): Promise<Ended>;
}

export interface Ran extends Ended {
  readonly log: readonly LogLine[];
}

let built: Promise<void> | undefined;

/** Builds the pages into `_fresh`, once per test file. */
export function buildApp(): Promise<void> {
  return built ??= build();
}

async function build(): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "dev.ts", "build"],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Cannot build the app: ${new TextDecoder().decode(stderr)}`);
}

/** The app as a process of its own, listening on a free port. Rejects with its last lines where it does not start. */
export async function startProcess(env: Record<string, string>): Promise<AppProcess> {
  const { child, log } = await spawn(env);
  let late: ReturnType<typeof setTimeout> | undefined;
  const url = await Promise.race([
    child.listening,
    child.process.ended.then(({ code }) => fail(`ended with code ${code}`, log)),
    new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error(`The app does not listen after ${START_MS} ms`)), START_MS);
    }),
  ]).finally(() => clearTimeout(late));
  return {
    url,
    wsUrl: url.replace("http", "ws"),
    pid: child.process.pid,
    log,
    ended: child.process.ended,
    kill: (signal) => child.process.kill(signal),
    stop: () => child.process.stop(STOP_MS),
  };
}

/** The app, where it is expected to end by itself. */
export async function runProcess(env: Record<string, string>): Promise<Ran> {
  const { child, log } = await spawn(env);
  const late = setTimeout(() => child.process.kill("SIGKILL"), START_MS);
  const ended = await child.process.ended;
  clearTimeout(late);
  return { ...ended, log };
}

/** A token that an app with the tests' secret accepts. */
export function processToken(claims: Record<string, unknown> = {}): Promise<string> {
  const tokens = new Tokens({
    jwtSecret: TEST_SECRET,
    jwksUrl: undefined,
    jwtIssuer: undefined,
    jwtAudience: undefined,
  });
  return tokens.sign({ sub: "u1", orgId: 1, role: "manager", ...claims }, 3600);
}

async function spawn(env: Record<string, string>) {
  await buildApp();
  const log: LogLine[] = [];
  const { promise: listening, resolve } = Promise.withResolvers<string>();
  const guard = new Guard();
  const process = new ServerProcess({
    name: "app",
    command: Deno.execPath(),
    args: ["run", "-A", "main.ts"],
    cwd: ROOT,
    env: { PORT: "0", DERIVE: "0", REALTIME_STREAMING_V2: "true", REALTIME_ROLLOUT_PERCENT: "100", ...env },
    stopSignal: "SIGTERM",
    guard,
    onLine: (line) => {
      const parsed = parse(line);
      log.push(parsed);
      if (parsed.message === "listening") resolve(String(parsed.url));
    },
  });
  void process.ended.then(() => guard.end());
  return { child: { process, listening }, log };
}

function parse(line: string): LogLine {
  try {
    const parsed = JSON.parse(line);
    if (typeof parsed === "object" && parsed !== null && "message" in parsed) return parsed;
  } catch {
    // Not one of its log lines.
  }
  return { level: "text", message: line };
}

function fail(what: string, log: readonly LogLine[]): never {
  throw new Error(`The app ${what}: ${log.map((line) => JSON.stringify(line)).join("\n")}`);
}
