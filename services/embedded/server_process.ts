import type { Guard } from "./guard.ts";

/** How many of a child's last lines are kept to explain its end. */
const LAST_LINES_MAX = 20;
const LINE_CHARS_MAX = 1000;
/** A log file stops growing here; a start begins it anew. */
const LOG_BYTES_MAX = 16 * 1024 * 1024;
/** A grandchild may hold the pipes open after the child's end: the output is not waited for any longer than this. */
const OUTPUT_GRACE_MS = 1000;

export interface ServerOptions {
  /** For messages: "postgres", "nats-server", "app". */
  name: string;
  command: string;
  args: string[];
  cwd?: string;
  env?: Record<string, string>;
  uid?: number;
  gid?: number;
  /** The signal that ends it, in good order where it can. */
  stopSignal: "SIGINT" | "SIGTERM" | "SIGKILL";
  guard: Guard;
  /** A pipe as its standard input, open as long as this process lives (see parent.ts). */
  holdsStdin?: boolean;
  /** Its output is written here, from the beginning at each start. */
  logFile?: string;
  /** What an earlier start has written there stays. */
  keepsLog?: boolean;
  /** Its output is passed on to this process's own. */
  passOutput?: boolean;
  /** Sees each line of its output as it comes, cut at a bound. */
  onLine?: (line: string) => void;
}

export interface Ended {
  code: number;
  signal: Deno.Signal | null;
}

/** A child process that serves until it is told to end. It has its own session, so a Ctrl-C of the terminal does not reach it. */
export class ServerProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles when the process has ended and its output is read. Never rejects. */
  readonly ended: Promise<Ended>;
  readonly #child: Deno.ChildProcess;
  readonly #stopSignal: Deno.Signal;
  readonly #lastLines: string[] = [];
  readonly #onLine: ((line: string) => void) | undefined;
  #log: Deno.FsFile | undefined;
  #logBytes = 0;
  #running = true;

  constructor(options: ServerOptions) {
    this.name = options.name;
    this.#stopSignal = options.stopSignal;
    this.#onLine = options.onLine;
    if (options.logFile) {
      this.#log = Deno.openSync(options.logFile, {
        create: true,
        ...(options.keepsLog ? { append: true } : { write: true, truncate: true }),
        mode: 0o600,
      });
    }
    try {
      this.#child = spawn(options);
    } catch (error) {
      this.#log?.close();
      throw error;
    }
    this.pid = this.#child.pid;
    this.ended = this.#watch(options);
  }

  /** False once the process has ended. */
  get running(): boolean {
    return this.#running;
  }

  /** Its last lines of output, oldest first. */
  lastLines(): readonly string[] {
    return this.#lastLines;
  }

  /** Sends a signal; a process that has ended is left alone. */
  kill(signal: Deno.Signal): void {
    if (!this.#running) return;
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It ended between the look and the signal.
      if (
        !(error instanceof Deno.errors.NotFound) &&
        !(error instanceof TypeError)
      ) throw error;
    }
  }

  /** Asks it to end, and ends it by force after the grace. */
  async stop(graceMs: number): Promise<Ended> {
    this.kill(this.#stopSignal);
    const timer = setTimeout(() => this.kill("SIGKILL"), graceMs);
    const ended = await this.ended;
    clearTimeout(timer);
    return ended;
  }

  async #watch(options: ServerOptions): Promise<Ended> {
    const { guard, stopSignal, passOutput } = options;
    await guard.add(this.pid, stopSignal.slice("SIG".length));
    const readers = [
      this.#child.stdout.getReader(),
      this.#child.stderr.getReader(),
    ] as const;
    const read = Promise.all([
      this.#read(readers[0], passOutput ? Deno.stdout : undefined),
      this.#read(readers[1], passOutput ? Deno.stderr : undefined),
    ]);
    const status = await this.#child.status;
    this.#running = false;
    await guard.drop(this.pid);
    const timer = setTimeout(
      () => readers.forEach((reader) => void reader.cancel()),
      OUTPUT_GRACE_MS,
    );
    await read;
    clearTimeout(timer);
    if (options.holdsStdin) await this.#child.stdin.close().catch(() => {});
    this.#log?.close();
    this.#log = undefined;
    return { code: status.code, signal: status.signal };
  }

  async #read(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    out?: { writeSync(bytes: Uint8Array): number },
  ) {
    const decoder = new TextDecoder();
    let rest = "";
    while (true) {
      const { value, done } = await reader.read();
      if (done) break;
      this.#writeLog(value);
      if (out) writeAll(out, value);
      const lines = (rest + decoder.decode(value, { stream: true })).split(
        "\n",
      );
      rest = (lines.pop() ?? "").slice(0, LINE_CHARS_MAX);
      for (const line of lines) this.#keepLine(line);
    }
    if (rest) this.#keepLine(rest);
  }

  #keepLine(line: string): void {
    const kept = line.slice(0, LINE_CHARS_MAX);
    this.#lastLines.push(kept);
    if (this.#lastLines.length > LAST_LINES_MAX) this.#lastLines.shift();
    this.#onLine?.(kept);
  }

  #writeLog(bytes: Uint8Array): void {
    if (!this.#log || this.#logBytes + bytes.length > LOG_BYTES_MAX) return;
    this.#logBytes += bytes.length;
    this.#log.writeSync(bytes);
  }
}

function spawn(options: ServerOptions): Deno.ChildProcess {
  const { command, args, cwd, env, uid, gid, holdsStdin } = options;
  return new Deno.Command(command, {
    args,
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    stdin: holdsStdin ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
}

function writeAll(
  out: { writeSync(bytes: Uint8Array): number },
  bytes: Uint8Array,
): void {
  try {
    for (let written = 0; written < bytes.length;) {
      written += out.writeSync(bytes.subarray(written));
    }
  } catch {
    // The terminal or the pipe behind our own output is gone; what says so (SIGHUP) ends us in good order.
  }
}
