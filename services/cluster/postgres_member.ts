import type { Guard } from "@/services/embedded/guard.ts";
import { freePort } from "@/services/embedded/ports.ts";
import { type RunningPostgres, startPostgres } from "@/services/embedded/postgres.ts";
import type { Member } from "./members.ts";
import { descendantsOf, runs, signal } from "./process_tree.ts";

/** The processes of its connections see within this that the first one was killed; then they are ended too. */
const ORPHANS_MS = 5_000;
const POLL_MS = 20;

export interface PostgresMemberOptions {
  readonly dataDir: string;
  readonly guard: Guard;
  readonly log: (line: string) => void;
}

/** The PostgreSQL of a cluster: one process for each connection, which are killed and paused together. */
export class PostgresMember implements Member {
  readonly name = "postgres";
  readonly #options: PostgresMemberOptions;
  readonly #port = freePort();
  #running: RunningPostgres | undefined;

  constructor(options: PostgresMemberOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** Of the superuser. */
  get url(): string {
    return this.#server().url;
  }

  /** The directory of its files, which may lie elsewhere, where its user can enter. */
  get home(): string {
    return this.#server().home;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) throw new Error(`Cannot start postgres: it runs, pid ${this.pid}`);
    const running = await startPostgres({
      ...this.#options,
      port: this.#port,
      portAsked: true,
      durable: true,
    });
    this.#running = running;
    void running.ended.then(() => {
      if (this.#running === running) this.#running = undefined;
    });
  }

  async kill(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    const connections = descendantsOf(running.pid);
    running.kill("SIGKILL");
    // Those that stand still would not see it.
    for (const pid of connections) signal(pid, "SIGCONT");
    await running.ended;
    await gone(connections);
  }

  async stop(): Promise<void> {
    this.resume();
    await this.#running?.stop();
  }

  pause(): void {
    this.#signalAll("SIGSTOP");
  }

  resume(): void {
    this.#signalAll("SIGCONT");
  }

  #signalAll(name: Deno.Signal): void {
    if (this.pid === undefined) return;
    for (const pid of [this.pid, ...descendantsOf(this.pid)]) signal(pid, name);
  }

  #server(): RunningPostgres {
    if (this.#running === undefined) throw new Error("Cannot reach postgres: it does not run");
    return this.#running;
  }
}

/** A PostgreSQL that starts while some of an earlier one still run, refuses. */
async function gone(pids: readonly number[]): Promise<void> {
  const deadline = performance.now() + ORPHANS_MS;
  while (pids.some(runs)) {
    if (performance.now() > deadline) { for (const pid of pids.filter(runs)) signal(pid, "SIGKILL"); }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
