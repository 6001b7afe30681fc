import { startCluster } from "@/services/cluster/cluster.ts";
import { seedDemo } from "@/services/demo/seed.ts";
import { StopRequest } from "@/services/embedded/stop_request.ts";
import { explain, print } from "@/services/embedded/terminal.ts";
import { Crowd, type Outcome } from "./crowd.ts";
import { type Fault, FAULTS } from "./faults_list.ts";

const OUT = "tests/faults/out";

const HELP = `deno task faults [NAME...]

Breaks one part of a cluster after the other while people write and read over every interface, and proves that what
was acknowledged is there, once and in order, and that everybody came back by themselves. Without names: all.

  --list   the faults

The report is kept in ${OUT}. The exit code is 1 where anything was lost, doubled, out of order, or did not come back.`;

interface Row {
  readonly fault: Fault;
  readonly outcome: Outcome;
  readonly bad: readonly string[];
}

async function main(): Promise<number> {
  const args = Deno.args;
  if (args.includes("--help")) return say(HELP, 0);
  if (args.includes("--list")) {
    return say(FAULTS.map(({ name, what }) => `${name.padEnd(20)} ${what}`).join("\n"), 0);
  }
  const unknown = args.find((arg) => !FAULTS.some(({ name }) => name === arg));
  if (unknown !== undefined) return say(`"${unknown}" is no fault\n\n${HELP}`, 2);
  const chosen = args.length === 0 ? FAULTS : FAULTS.filter(({ name }) => args.includes(name));
  const stop = new StopRequest(() => Deno.exit(1));
  try {
    return await stop.unless(prove(chosen, stop.signal));
  } catch (error) {
    if (stop.reason === undefined) console.error(explain(error));
    else await ended;
    return stop.reason?.code ?? 1;
  } finally {
    stop.end();
  }
}

let ended: Promise<unknown> = Promise.resolve();

async function prove(chosen: readonly Fault[], signal: AbortSignal): Promise<number> {
  const cluster = await startCluster({
    dataDir: await Deno.makeTempDir({ prefix: "innstream-faults-" }),
    isTemporary: true,
    seed: (ownerUrl) => seedDemo(ownerUrl, { talk: false }),
    log: (line) => print("cluster", line),
    signal,
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  ended = promise;
  const rows: Row[] = [];
  try {
    const crowd = await Crowd.begin(cluster);
    let before = { lost: 0, doubled: 0, disordered: 0 };
    for (const fault of chosen) {
      signal.throwIfAborted();
      const outcome = await crowd.during(() => fault.run(cluster));
      const { lost, doubled, disordered } = outcome.findings;
      const bad = [
        ...counted("lost", lost.length),
        // Those of earlier faults were told there.
        ...counted("doubled", doubled.length - before.doubled),
        ...counted("out of order", disordered.length - before.disordered),
        ...(outcome.stuck.length > 0 ? [`not back: ${outcome.stuck.join(" ")}`] : []),
      ];
      before = { lost: lost.length, doubled: doubled.length, disordered: disordered.length };
      rows.push({ fault, outcome, bad });
      print(fault.name, bad.length === 0 ? "held" : bad.join(", "));
    }
    const { kept, documents, lostDocuments } = await crowd.end();
    const isKept = kept.lost.length + kept.doubled.length + kept.disordered.length + lostDocuments === 0;
    console.log(table(rows));
    console.log(
      `\nat the end: ${kept.lost.length} lost, ${kept.doubled.length} doubled, ${kept.disordered.length} holes; ` +
        `${documents} documents, ${lostDocuments} not whole`,
    );
    await Deno.mkdir(OUT, { recursive: true });
    await Deno.writeTextFile(
      `${OUT}/report.json`,
      JSON.stringify({ rows, kept, documents, lostDocuments }, null, 2),
    );
    return isKept && rows.every(({ bad }) => bad.length === 0) ? 0 : 1;
  } finally {
    await cluster.stop();
    resolve();
  }
}

function counted(what: string, count: number): string[] {
  return count > 0 ? [`${what}: ${count}`] : [];
}

function table(rows: readonly Row[]): string {
  const head = [
    "fault",
    "acknowledged: REST, NATS, chat, chunks",
    "resets",
    "no service, s: median, longest",
    "last reader, s",
    "verdict",
  ];
  const lines = rows.map(({ fault, outcome, bad }) => {
    const { acknowledged: { rest, nats, chat, chunks }, resets, outageMs, slowestMs } = outcome;
    const seconds = (ms: number) => (ms / 1000).toFixed(1);
    return [
      fault.what,
      `${rest}, ${nats}, ${chat}, ${chunks}`,
      String(resets),
      `${seconds(outageMs.median)}, ${seconds(outageMs.longest)}`,
      seconds(slowestMs),
      bad.length === 0 ? "held" : `**${bad.join(", ")}**`,
    ];
  });
  return ["", ...[head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`)].join(
    "\n",
  );
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}

if (import.meta.main) Deno.exit(await main());
