import type { ServerProcess } from "@/services/embedded/server_process.ts";
import type { Member } from "./members.ts";
import { descendantsOf, signal } from "./process_tree.ts";

/** Before a process that has ended by itself is started again, as a service manager does. */
const RESTART_MS = 1_000;
/** So long it is tried again where it could not start. */
const START_MS = 60_000;
/** Code of the end of a process of ours that could not reach what it needs. */
const COULD_NOT_START = 1;

export interface ProcessMemberOptions {
  readonly name: string;
  /** Starts the process. */
  readonly spawn: () => ServerProcess;
  /** Settles when it answers. Rejects where it does not. */
  readonly answers: (process: ServerProcess) => Promise<void>;
  /** In good order, at most. */
  readonly stopMs: number;
  readonly log: (line: string) => void;
}

/**
 * A process that can be ended, paused and started again under the same name. One that ends by itself is started again;
 * one that was killed or stopped stays down until `start`.
 */
export class ProcessMember implements Member {
  readonly name: string;
  readonly #options: ProcessMemberOptions;
  #process: ServerProcess | undefined;
  #isWanted = false;
  #restart: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ProcessMemberOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#process?.running ? this.#process.pid : undefined;
  }

  async start(): Promise<void> {
    if (this.pid !== undefined) throw new Error(`Cannot start ${this.name}: it runs, pid ${this.pid}`);
    clearTimeout(this.#restart);
    this.#isWanted = true;
    const deadline = performance.now() + START_MS;
    for (;;) {
      const process = this.#process = this.#options.spawn();
      try {
        await Promise.race([this.#options.answers(process), this.#endOf(process)]);
        void process.ended.then(({ code, signal }) => this.#ended(process, signal ?? `code ${code}`));
        return;
      } catch (error) {
        const hasEnded = !process.running;
        const { code } = await process.stop(this.#options.stopMs);
        // What it needs may be away at the moment: a service manager would start it again as well.
        if (hasEnded && code === COULD_NOT_START && this.#isWanted && performance.now() < deadline) continue;
        this.#isWanted = false;
        throw error;
      }
    }
  }

  async kill(): Promise<void> {
    this.#unwanted();
    this.#process?.kill("SIGKILL");
    await this.#process?.ended;
  }

  async stop(): Promise<void> {
    this.#unwanted();
    // One that is paused does not hear that it is to end.
    this.resume();
    await this.#process?.stop(this.#options.stopMs);
  }

  pause(): void {
    this.#signalAll("SIGSTOP");
  }

  resume(): void {
    this.#signalAll("SIGCONT");
  }

  /** Whatever it has started stands still with it. */
  #signalAll(name: Deno.Signal): void {
    if (this.pid === undefined) return;
    for (const pid of [this.pid, ...descendantsOf(this.pid)]) signal(pid, name);
  }

  #unwanted(): void {
    this.#isWanted = false;
    clearTimeout(this.#restart);
  }

  #ended(process: ServerProcess, how: string): void {
    if (!this.#isWanted || process !== this.#process) return;
    this.#options.log(`${this.name} ended by itself with ${how}: it is started again`);
    this.#again();
  }

  #again(): void {
    this.#restart = setTimeout(() => {
      this.start().catch((error) => {
        this.#options.log(`${this.name}: ${error instanceof Error ? error.message : error}`);
        this.#isWanted = true;
        this.#again();
      });
    }, RESTART_MS);
  }

  async #endOf(process: ServerProcess): Promise<never> {
    const { code } = await process.ended;
    throw new Error(`Cannot start ${this.name}: it ended with ${code}\n${process.lastLines().join("\n")}`);
  }
}
