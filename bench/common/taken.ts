import { usageOf } from "./usage.ts";

const KB_PER_MB = 1024;

/** What processes of one kind took since the look before. */
export interface Taken {
  /** CPU, in seconds. */
  cpuSeconds: number;
  /** CPU, in percent of one core. */
  core: number;
  /** CPU, in percent of all cores of the machine. */
  machine: number;
  /** Resident memory now. */
  mb: number;
}

/** Looks at processes by way of /proc; Linux only. */
export class Usage {
  readonly #pids: () => Readonly<Record<string, readonly number[]>>;
  readonly #cores: number;
  #at = performance.now();
  /** CPU seconds of each process at the last look. */
  #before: ReadonlyMap<number, number> | undefined;

  constructor(
    pids: () => Readonly<Record<string, readonly number[]>>,
    cores: number = navigator.hardwareConcurrency,
  ) {
    this.#pids = pids;
    this.#cores = cores;
  }

  /** What each kind took since the last call; the first one only begins. A process that is gone counts no more. */
  async look(): Promise<Record<string, Taken>> {
    const now = performance.now();
    const seconds = (now - this.#at) / 1000;
    const before = this.#before;
    const after = new Map<number, number>();
    const taken: Record<string, Taken> = {};
    for (const [kind, pids] of Object.entries(this.#pids())) {
      let cpuSeconds = 0;
      let kb = 0;
      for (const pid of (await Promise.all(pids.map(withChildren))).flat()) {
        const usage = await usageOf(pid).catch(() => undefined);
        if (usage === undefined) continue;
        after.set(pid, usage.cpuSeconds);
        // One that was not there yet has taken all of it since.
        cpuSeconds += usage.cpuSeconds - (before?.get(pid) ?? 0);
        kb += usage.rssKb;
      }
      const core = seconds > 0 ? 100 * cpuSeconds / seconds : 0;
      taken[kind] = { cpuSeconds, core, machine: core / this.#cores, mb: kb / KB_PER_MB };
    }
    this.#at = now;
    this.#before = after;
    return before === undefined ? {} : taken;
  }
}

/** PostgreSQL works in children. Their shared pages count with each of them. */
async function withChildren(pid: number): Promise<number[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  return [pid, ...text.split(" ").filter(Boolean).map(Number)];
}
