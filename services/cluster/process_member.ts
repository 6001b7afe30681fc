import type { ServerProcess } from "@/services/embedded/server_process.ts";
import type { Member } from "./members.ts";

export interface ProcessMemberOptions {
  readonly name: string;
  /** Starts the process; settles when it answers. */
  readonly run: () => Promise<ServerProcess>;
  /** In good order, at most. */
  readonly stopMs: number;
}

/** A process that can be ended, paused and started again under the same name. */
export class ProcessMember implements Member {
  readonly name: string;
  readonly #options: ProcessMemberOptions;
  #process: ServerProcess | undefined;

  constructor(options: ProcessMemberOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#process?.running ? this.#process.pid : undefined;
  }

  async start(): Promise<void> {
    if (this.pid !== undefined) throw new Error(`Cannot start ${this.name}: it runs, pid ${this.pid}`);
    this.#process = await this.#options.run();
  }

  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.ended;
  }

  async stop(): Promise<void> {
    // One that is paused does not hear that it is to end.
    this.resume();
    await this.#process?.stop(this.#options.stopMs);
  }

  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  lastLines(): readonly string[] {
    return this.#process?.lastLines() ?? [];
  }
}
