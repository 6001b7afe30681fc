import { parseArgs } from "node:util";
import { Dice } from "@/lib/random/dice.ts";
import { startCluster } from "@/services/cluster/cluster.ts";
import { NODES } from "@/services/cluster/nats_nodes.ts";
import { seedDemo } from "@/services/demo/seed.ts";
import { StopRequest } from "@/services/embedded/stop_request.ts";
import { explain, print } from "@/services/embedded/terminal.ts";
import { Crowd } from "./crowd.ts";
import { type Fault, FAULTS } from "./faults_list.ts";
import { counts, type Row, tableOf, wrongOf } from "./report.ts";
import { SmallDisks } from "./small_disks.ts";
import type { Findings } from "./tracker.ts";

const OUT = "tests/faults/out";
const SECONDS_DEFAULT = 10;
const SECONDS_MAX = 120;
/** What is down is started again after this part of the time that something stands still. */
const BROKEN_PART = 0.4;

const HELP = `deno task faults [NAME...] [--seconds 10] [--seed 1]

Breaks one part of a cluster after the other while people write and read over every interface, and proves that what
was acknowledged is there, once and in order, and that everybody came back by themselves. Without names: all.

  --list      the faults
  --seconds   how long something stands still, 2 to ${SECONDS_MAX}; what is killed is down for ${BROKEN_PART} of it
  --seed      chooses which of the apps is hit

Full disks are file systems in memory, which only root may mount; without that right these faults are left out, and
it says so. The report is kept in ${OUT}. The exit code is 1 where anything was lost, doubled, out of order, or did
not come back.`;

export interface Asked {
  readonly faults: readonly Fault[];
  readonly seconds: number;
  readonly seed: number;
}

/** What is kept when everybody has stopped, compared with what was acknowledged. */
interface Kept {
  readonly kept: Findings;
  readonly documents: number;
  readonly lostDocuments: number;
}

export interface Proof extends Kept {
  readonly rows: readonly Row[];
}

function ask(args: string[]): Asked | { readonly say: string; readonly code: number } {
  const options = {
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    seconds: { type: "string", default: String(SECONDS_DEFAULT) },
    seed: { type: "string", default: "1" },
  } as const;
  let read;
  try {
    read = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    return { say: `${error instanceof Error ? error.message : error}\n\n${HELP}`, code: 2 };
  }
  const { values, positionals } = read;
  if (values.help) return { say: HELP, code: 0 };
  if (values.list) {
    return { say: FAULTS.map(({ name, what }) => `${name.padEnd(20)} ${what}`).join("\n"), code: 0 };
  }
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  const unknown = positionals.find((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown !== undefined) return { say: `"${unknown}" is no fault\n\n${HELP}`, code: 2 };
  if (!(seconds >= 2 && seconds <= SECONDS_MAX) || !Number.isSafeInteger(seed)) {
    return { say: `--seconds is "${values.seconds}", --seed "${values.seed}"\n\n${HELP}`, code: 2 };
  }
  const faults = positionals.length === 0 ? FAULTS : FAULTS.filter(({ name }) => positionals.includes(name));
  return { faults, seconds, seed };
}

async function main(): Promise<number> {
  const asked = ask(Deno.args);
  if ("say" in asked) {
    console.log(asked.say);
    return asked.code;
  }
  const stop = new StopRequest(() => Deno.exit(1));
  const proving = proveAll(asked, stop.signal);
  try {
    return await stop.unless(proving);
  } catch (error) {
    if (stop.reason === undefined) console.error(explain(error));
    // What was begun is ended, not left.
    else await proving.catch(() => {});
    return stop.reason?.code || 1;
  } finally {
    stop.end();
  }
}

/** On one cluster, and on another one with small disks where a fault needs it. */
async function proveAll(asked: Asked, signal: AbortSignal): Promise<number> {
  const proofs: Proof[] = [];
  for (const disks of [false, true]) {
    const faults = asked.faults.filter((fault) => (fault.disks ?? false) === disks);
    if (faults.length === 0) continue;
    const proof = await prove({ ...asked, faults }, disks, signal);
    if (proof !== undefined) proofs.push(proof);
  }
  console.log(`\n${tableOf(proofs.flatMap(({ rows }) => rows))}\n`);
  for (const { kept, documents, lostDocuments } of proofs) {
    console.log(
      `at the end, in PostgreSQL and in the history of the room: lost, twice, out of order ${
        counts(kept)
      }; ` +
        `${documents} documents, ${lostDocuments} not whole`,
    );
  }
  await Deno.mkdir(OUT, { recursive: true });
  const { seconds, seed } = asked;
  await Deno.writeTextFile(`${OUT}/report.json`, JSON.stringify({ seconds, seed, proofs }, null, 2));
  return proofs.length > 0 && proofs.every(isHeld) ? 0 : 1;
}

export function isHeld({ rows, kept, lostDocuments }: Proof): boolean {
  const wrong = kept.lost.length + kept.doubled.length + kept.disordered.length + lostDocuments;
  return wrong === 0 && rows.every(({ outcome }) => wrongOf(outcome).length === 0);
}

/** Does the faults to a cluster of its own; undefined where that needs small disks and may not have them. */
export async function prove(
  asked: Asked,
  needsDisks: boolean,
  signal: AbortSignal,
): Promise<Proof | undefined> {
  const dataDir = await Deno.makeTempDir({ prefix: "innstream-faults-" });
  const disks = needsDisks ? await smallDisks(dataDir) : undefined;
  if (needsDisks && disks === undefined) return undefined;
  try {
    return await onCluster(asked, dataDir, disks, signal);
  } finally {
    await disks?.unmount();
    await Deno.remove(dataDir, { recursive: true }).catch(() => {});
  }
}

async function smallDisks(dataDir: string): Promise<SmallDisks | undefined> {
  try {
    return await SmallDisks.mount(dataDir, NODES);
  } catch (error) {
    print("disks", `full disks are left out: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

async function onCluster(
  { faults, seconds, seed }: Asked,
  dataDir: string,
  disks: SmallDisks | undefined,
  signal: AbortSignal,
): Promise<Proof> {
  const cluster = await startCluster({
    dataDir,
    isTemporary: true,
    seed: (ownerUrl) => seedDemo(ownerUrl, { talk: false }),
    log: (line) => print("cluster", line),
    signal,
    ...(disks !== undefined && { natsStoreDir: (node: number) => disks.nats(node) }),
  });
  try {
    const crowd = await Crowd.begin(cluster);
    const pausedMs = seconds * 1000;
    const scene = { cluster, crowd, dice: new Dice(seed), disks, pausedMs, brokenMs: pausedMs * BROKEN_PART };
    const rows: Row[] = [];
    for (const fault of faults) {
      signal.throwIfAborted();
      const outcome = await crowd.during(() => fault.run(scene));
      const wrong = wrongOf(outcome);
      rows.push({ fault: { name: fault.name, what: fault.what }, outcome });
      print(fault.name, wrong.length === 0 ? "held" : wrong.join(", "));
    }
    return { rows, ...await crowd.end() };
  } finally {
    await cluster.stop();
  }
}

if (import.meta.main) Deno.exit(await main());
