import { statfsSync } from "node:fs";

/** Room of each nats-server. Its streams reserve more and use less. */
const NATS_BYTES = 192 * 1024 ** 2;
/** Room of PostgreSQL: what initdb makes, a month of the demo, and the log of some minutes. */
const POSTGRES_BYTES = 384 * 1024 ** 2;
const FILL_BYTES = 1024 ** 2;
const PAGE_BYTES = 4_096;
const REFILL_MS = 100;
const FILLER = "filler";

/** File systems in memory that are full when they are to be. */
export class SmallDisks {
  readonly #root: string;
  readonly #mounted: string[] = [];

  private constructor(root: string) {
    this.#root = root;
  }

  /** Rejects where this user may not mount. */
  static async mount(root: string, natsNodes: number): Promise<SmallDisks> {
    const disks = new SmallDisks(root);
    try {
      for (let node = 0; node < natsNodes; node++) await disks.#mount(disks.nats(node), NATS_BYTES);
      await disks.#mount(disks.postgres, POSTGRES_BYTES);
      return disks;
    } catch (error) {
      await disks.unmount();
      throw error;
    }
  }

  nats(node: number): string {
    return `${this.#root}/nats-disk-${node + 1}`;
  }

  /** Where startPostgres looks for its files. */
  get postgres(): string {
    return `${this.#root}/postgres`;
  }

  /** Keeps it full for so long, whatever is freed there meanwhile. */
  async keepFull(disks: readonly string[], ms: number): Promise<void> {
    const until = performance.now() + ms;
    do {
      for (const disk of disks) this.#fill(disk);
      await new Promise((resolve) => setTimeout(resolve, REFILL_MS));
    } while (performance.now() < until);
  }

  #fill(disk: string): void {
    const file = Deno.openSync(`${disk}/${FILLER}`, { append: true, create: true });
    try {
      for (let size = FILL_BYTES; size >= PAGE_BYTES; size /= 2) fillBy(file, size);
    } finally {
      file.close();
    }
  }

  empty(disk: string): void {
    Deno.removeSync(`${disk}/${FILLER}`);
  }

  async unmount(): Promise<void> {
    for (const path of this.#mounted.toReversed()) await run("umount", ["-l", path]);
  }

  async #mount(path: string, bytes: number): Promise<void> {
    await Deno.mkdir(path, { recursive: true });
    await run("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=0711`, "tmpfs", path]);
    this.#mounted.push(path);
    if (statfsSync(path).blocks * statfsSync(path).bsize > 2 * bytes) throw new Error(`${path} is not small`);
  }
}

/** Writes pieces of this size until there is no room for one. */
function fillBy(file: Deno.FsFile, size: number): void {
  const piece = new Uint8Array(size);
  for (;;) {
    try {
      for (let at = 0; at < size;) at += file.writeSync(piece.subarray(at));
    } catch (error) {
      if (error instanceof Error && /no space|ENOSPC|os error 28/i.test(error.message)) return;
      throw error;
    }
  }
}

async function run(command: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
  if (!success) throw new Error(`${command}: ${new TextDecoder().decode(stderr).trim()}`);
}
