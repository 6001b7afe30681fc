const LAST_LINES_MAX = 30;
/** The app drains its sockets for up to 10 s. */
const STOP_GRACE_MS = 12_000;

/** Every process that runs, so that one call ends them all. */
const running = new Set<Child>();
let closed = false;

interface ChildOptions {
  /** For messages. */
  name: string;
  command: string | URL;
  args: string[];
  cwd?: string;
  env?: Record<string, string>;
  /** Called with each line of its standard output. */
  onLine?: (line: string) => void;
  /** Its standard error goes to ours. */
  showErrors?: boolean;
  /** It is told things by `write`. */
  takesInput?: boolean;
}

/** A child process of the benchmark: a server under test, or the driver. */
export class Child {
  readonly pid: number;
  readonly name: string;
  readonly ended: Promise<number>;
  readonly #process: Deno.ChildProcess;
  readonly #lastLines: string[] = [];
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;

  constructor(options: ChildOptions) {
    const { name, command, args, cwd, env, onLine } = options;
    if (closed) {
      throw new Error(`Cannot start ${name}: the benchmark is ending`);
    }
    this.name = name;
    this.#process = new Deno.Command(command, {
      args,
      ...(cwd !== undefined && { cwd }),
      ...(env !== undefined && { env }),
      stdin: options.takesInput ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.pid = this.#process.pid;
    if (options.takesInput) this.#input = this.#process.stdin.getWriter();
    running.add(this);
    const keep = (line: string) => {
      this.#lastLines.push(line);
      if (this.#lastLines.length > LAST_LINES_MAX) this.#lastLines.shift();
    };
    const read = Promise.all([
      readLines(this.#process.stdout, onLine ?? keep),
      readLines(this.#process.stderr, (line) => {
        keep(line);
        if (options.showErrors) console.error(`    ${line}`);
      }),
    ]);
    this.ended = this.#process.status.then(async ({ code }) => {
      running.delete(this);
      await read;
      return code;
    });
  }

  /** Writes a line to its standard input. */
  async write(line: string): Promise<void> {
    await this.#input?.write(new TextEncoder().encode(`${line}\n`));
  }

  /** The last lines it wrote, for an error message. */
  lastWords(): string {
    return this.#lastLines.join("\n");
  }

  /** Asks it to end, and ends it by force after a grace. */
  async stop(): Promise<void> {
    this.#kill("SIGTERM");
    const timer = setTimeout(() => this.#kill("SIGKILL"), STOP_GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #kill(signal: Deno.Signal): void {
    if (!running.has(this)) return;
    try {
      this.#process.kill(signal);
    } catch (error) {
      // It ended between the look and the signal.
      if (
        !(error instanceof Deno.errors.NotFound) &&
        !(error instanceof TypeError)
      ) throw error;
    }
  }
}

/** Ends every child, newest first: drivers before the servers they talk to. None can be started any more. */
export async function stopAll(): Promise<void> {
  closed = true;
  await Promise.all([...running].reverse().map((child) => child.stop()));
}

/** Resolves with what `pick` makes of a line of its output; throws when the child ends or the time is over before. */
export function started<T>(
  options: Omit<ChildOptions, "onLine">,
  pick: (line: string) => T | undefined,
  limitMs: number,
): Promise<{ child: Child; value: T }> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const child = new Child({
      ...options,
      onLine: (line) => {
        lines.push(line);
        if (lines.length > LAST_LINES_MAX) lines.shift();
        const value = pick(line);
        if (value === undefined) return;
        clearTimeout(timer);
        resolve({ child, value });
      },
    });
    const fail = (why: string) =>
      reject(
        new Error(
          `Cannot start ${options.name}: ${why}\n${lines.join("\n")}\n${child.lastWords()}`,
        ),
      );
    const timer = setTimeout(() => {
      fail(`it was not ready in ${limitMs} ms`);
      void child.stop();
    }, limitMs);
    void child.ended.then((code) => {
      clearTimeout(timer);
      fail(`it ended with code ${code}`);
    });
  });
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  }
  if (rest) onLine(rest);
}
