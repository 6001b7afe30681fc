import { fileURLToPath } from "node:url";
import { FrameDecoder, frameHead } from "@/lib/ocr/reader_frames.ts";
import { maskDigits } from "@/lib/ocr/mask.ts";
import { readerAnswer } from "@/lib/ocr/reader_answers.ts";
import type { ReadRequest } from "@/lib/ocr/read_request.ts";
import type { Reading } from "@/lib/ocr/reading.ts";
import type { DocumentProblem, KEPT, Stage } from "@/lib/upload/document_types.ts";
import { memoryOf } from "@/services/ocr/reader/memory_line.ts";

/** Most that a reader may write: its pictures, and what it has read. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024;
/** What is kept of what it says on its standard error, to explain its end. */
const ERROR_CHARS_MAX = 2_000;

const ROOT = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
const ENTRY = fileURLToPath(new URL("../reader_main.ts", import.meta.url));

/**
 * What the program may do: read its own code, its packages and its models, and call the picture library. No network, no
 * file of anybody, nothing written, and an environment that is empty. The system calls are what the picture library
 * asks about the machine.
 */
const MAY = [
  `--allow-read=${["lib", "services", "node_modules", "deno.json"].map((path) => `${ROOT}/${path}`)}`,
  `--allow-ffi=${ROOT}/node_modules`,
  "--allow-env",
  "--allow-sys=cpus,hostname,networkInterfaces",
];

export interface ReadLimits {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
}

export interface ReadOptions extends ReadLimits {
  readonly request: Omit<ReadRequest, "timeoutMs">;
  readonly contentBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
  readonly stage: (stage: Stage) => void;
  /** Ends it; `read` then rejects with the reason. */
  readonly signal: AbortSignal;
}

/** What came of reading a document, or why it was ended. */
export type ReadOutcome =
  | {
    readonly ok: true;
    readonly reading: Reading;
    readonly kept: (typeof KEPT)[number];
    /** By page, from 1; WebP. */
    readonly previews: ReadonlyMap<number, Uint8Array>;
  }
  | { readonly ok: false; readonly problem: DocumentProblem; readonly why: string };

/** A process that reads one document. What that document does to it ends with it. */
export class ReaderProcess {
  readonly #child: Deno.ChildProcess;
  #ended: { problem: DocumentProblem; why: string } | undefined;
  #running = true;
  #errors = "";
  #memoryMax = Infinity;

  constructor(entry: string = ENTRY) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--cached-only", ...MAY, entry],
      clearEnv: true,
      env: inherited(),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    void this.#child.status.then(() => this.#running = false);
    void this.#readErrors();
  }

  get pid(): number {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Ends it at once. Settles when it is gone. */
  async end(): Promise<void> {
    this.#kill();
    await this.#child.status;
  }

  /** Reads one document; may be called once. Rejects where the content cannot be fetched, or `signal` says so. */
  async read(options: ReadOptions): Promise<ReadOutcome> {
    const { signal, timeoutMs, memoryBytes } = options;
    const late = setTimeout(() => this.#give("took_too_long", `more than ${timeoutMs} ms`), timeoutMs);
    this.#memoryMax = memoryBytes;
    const abort = () => this.#kill();
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      const [sent, received] = await Promise.all([this.#send(options), this.#receive(options.stage)]);
      signal.throwIfAborted();
      if (sent !== undefined) throw sent.error;
      if (received !== undefined && this.#ended === undefined) return received;
      const { code, signal: by } = await this.#child.status;
      const why = `it ended with ${by ?? code}: ${this.#errors}`;
      return { ok: false, ...(this.#ended ?? { problem: "crashed" as const, why }) };
    } finally {
      clearTimeout(late);
      signal.removeEventListener("abort", abort);
      await this.end();
    }
  }

  /** undefined: it was sent, or the reader would not have it; what it says then tells. */
  async #send(
    { request, timeoutMs, contentBytes, content }: ReadOptions,
  ): Promise<{ error: unknown } | undefined> {
    const writer = this.#child.stdin.getWriter();
    // A reader that ended takes no more, and says so here and in each write.
    writer.closed.catch(() => {});
    const iterator = content[Symbol.asyncIterator]();
    // It may end while the next piece is still being fetched.
    const ended = this.#child.status.then(() => undefined);
    try {
      await writer.write(frameHead({ ...request, timeoutMs }, contentBytes));
      for (;;) {
        const next = await Promise.race([fetched(iterator), ended]);
        if (next === undefined) break;
        if ("error" in next) {
          this.#kill();
          return next;
        }
        if (next.done) break;
        await writer.write(next.value);
      }
      await writer.close();
    } catch {
      // The pipe broke: the reader has ended, or has decided before it had everything.
    } finally {
      void Promise.resolve(iterator.return?.()).catch(() => {});
    }
    return undefined;
  }

  /** undefined: it ended without a result. */
  async #receive(stage: (stage: Stage) => void): Promise<ReadOutcome | undefined> {
    const decoder = new FrameDecoder(ANSWER_BYTES_MAX);
    const previews = new Map<number, Uint8Array>();
    let outcome: ReadOutcome | undefined;
    try {
      for await (const piece of this.#child.stdout) {
        for (const { head, body } of decoder.push(piece)) {
          const answer = readerAnswer(head);
          if (answer === undefined) throw new RangeError("It said what no reader says");
          if (answer.type === "stage") stage(answer.stage);
          else if (answer.type === "preview") previews.set(answer.page, body);
          else outcome = { ok: true, reading: answer.reading, kept: answer.kept, previews };
        }
        if (outcome !== undefined) return outcome;
      }
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
      this.#give("crashed", error.message);
    }
    return outcome;
  }

  #give(problem: DocumentProblem, why: string): void {
    this.#ended ??= { problem, why };
    this.#kill();
  }

  #kill(): void {
    if (!this.#running) return;
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It ended between the look and the signal.
      if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
    }
  }

  /** On its standard error it says how much memory it has, and what libraries have to say of errors. */
  async #readErrors(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const piece of this.#child.stderr) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
      rest = lines.pop()!.slice(0, ERROR_CHARS_MAX);
      for (const line of lines) this.#readError(line);
    }
    this.#readError(rest);
  }

  #readError(line: string): void {
    const bytes = memoryOf(line);
    if (bytes === undefined) {
      if (line !== "" && this.#errors.length < ERROR_CHARS_MAX) {
        // It is for the log, and libraries quote what they stumble over.
        this.#errors = `${this.#errors}${maskDigits(line)}\n`.slice(0, ERROR_CHARS_MAX);
      }
    } else if (bytes > this.#memoryMax) this.#give("took_too_much_memory", `${bytes} bytes`);
  }
}

async function fetched(
  iterator: AsyncIterator<Uint8Array>,
): Promise<IteratorResult<Uint8Array> | { error: unknown }> {
  try {
    return await iterator.next();
  } catch (error) {
    return { error };
  }
}

/**
 * Where the runtime finds what it has compiled; nothing else of the environment. Few arenas: what one thread of the
 * picture library frees, another one takes.
 */
function inherited(): Record<string, string> {
  const names = ["HOME", "DENO_DIR", "XDG_CACHE_HOME"];
  const given = names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(given), NO_COLOR: "1", MALLOC_ARENA_MAX: "2" };
}
