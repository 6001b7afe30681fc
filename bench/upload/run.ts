import { Tokens } from "@/services/auth/tokens.ts";
import { type Child, started, stopAll } from "../common/child.ts";
import { type Innstream, ROOT, startInnstream, stopBacking } from "../common/innstream.ts";
import { printTable, show, showMb } from "../common/table.ts";
import { usageOf } from "../common/usage.ts";
import { type LinkShape, startLink } from "./link.ts";
import { TusClient } from "./tus_client.ts";
import { type Job, type Way, WAYS } from "./ways.ts";

const MIB = 1024 * 1024;
const OUT = new URL("./out/", import.meta.url);
const USAGE = "deno task bench upload [--sizes=1,10,100] [--rounds=3] [--together=20] [--quick]";
const BAD_USAGE = 2;
const INTERRUPTED = 130;
const TOKEN_S = 3_600;
const SAMPLE_MS = 50;
const START_MS = 30_000;
/** A hotel's line: 50 Mbit/s, 40 ms there and back. */
const THIN: LinkShape = { delayMs: 20, bytesPerS: 50e6 / 8 };

interface Options {
  /** MiB of each file. */
  sizes: readonly number[];
  rounds: number;
  /** Uploads at once, for memory. */
  together: number;
}

interface Servers {
  readonly innstream: { readonly addr: string; readonly pid: number };
  readonly tus: { readonly addr: string; readonly pid: number };
  readonly token: string;
  readonly tusClient: TusClient;
  /** For the files that are sent. */
  readonly directory: string;
}

interface Measured {
  way: string;
  size: number;
  /** Milliseconds of each round. */
  loopback: number[];
  thin: number[];
  cut: number[];
  /** Bytes on the link for the cut one, as a multiple of the file. */
  cutBytes: number[];
  retries: number;
}

interface Together {
  way: string;
  ms: number;
  beforeKb: number;
  peakKb: number;
}

/** Compares ways to upload. Answers the exit code. */
export async function main(args: string[]): Promise<number> {
  const options = parse(args);
  if (options === undefined) {
    console.error(USAGE);
    return BAD_USAGE;
  }
  const directory = await Deno.makeTempDir({ prefix: "innstream-bench-tus-" });
  const stop = async () => {
    await stopAll();
    await stopBacking();
    await Deno.remove(directory, { recursive: true }).catch(() => {});
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => void stop().finally(() => Deno.exit(INTERRUPTED)));
  }
  try {
    const innstream = await startInnstream();
    const tus = await startTus(directory);
    const servers = {
      innstream: { addr: innstream.addr, pid: innstream.pids.app },
      tus,
      token: await tokenOf(innstream),
      tusClient: new TusClient(),
      directory,
    };
    const measured: Measured[] = [];
    for (const size of options.sizes) {
      const rows = WAYS.map(({ name }) => row(name, size));
      for (let round = 1; round <= options.rounds; round++) {
        console.log(`${size} MiB, round ${round}`);
        for (const [i, way] of WAYS.entries()) await measure(way, rows[i]!, servers);
      }
      measured.push(...rows);
    }
    const together: Together[] = [];
    for (const way of WAYS) together.push(await measureTogether(way, servers, options));
    print(measured, together, options);
    await Deno.mkdir(OUT, { recursive: true });
    await Deno.writeTextFile(
      new URL("result.json", OUT),
      JSON.stringify({ options, measured, together }, null, 1),
    );
    return 0;
  } finally {
    await stop();
  }
}

function parse(args: readonly string[]): Options | undefined {
  const options: Options = { sizes: [1, 10, 100], rounds: 3, together: 20 };
  for (const arg of args) {
    if (arg === "--quick") Object.assign(options, { sizes: [1, 10], rounds: 1, together: 4 });
    else {
      const [, name, value = ""] = /^--(sizes|rounds|together)=([\d,]+)$/.exec(arg) ?? [];
      if (name === undefined) return undefined;
      if (name === "sizes") options.sizes = value.split(",").map(Number);
      else options[name as "rounds" | "together"] = Number(value);
    }
  }
  return options;
}

async function startTus(directory: string): Promise<{ addr: string; pid: number }> {
  const { child, value } = await started(
    { name: "tus", command: "node", args: ["bench/upload/tus_server.mjs", directory], cwd: ROOT },
    (line) => /^listening (\S+)$/.exec(line)?.[1],
    START_MS,
  ) as { child: Child; value: string };
  return { addr: value, pid: child.pid };
}

function tokenOf({ secret }: Innstream): Promise<string> {
  const keys = { jwtSecret: secret, jwksUrl: undefined, jwtIssuer: undefined, jwtAudience: undefined };
  return new Tokens(keys).sign({ sub: "bench", orgId: 1, role: "manager" }, TOKEN_S);
}

function row(way: string, size: number): Measured {
  return { way, size, loopback: [], thin: [], cut: [], cutBytes: [], retries: 0 };
}

/** What every way is given; a new file, on disk as well. */
async function jobOf(mib: number, { token, tusClient: tus, directory }: Servers): Promise<Omit<Job, "addr">> {
  const file = fileOf(mib);
  const path = `${directory}/file`;
  await Deno.writeFile(path, file);
  return { token, file, path, tus };
}

/** A file that says it is a PDF and has nothing in it that could be made smaller. */
function fileOf(mib: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(mib * MIB);
  for (let at = 0; at < file.length; at += 65_536) crypto.getRandomValues(file.subarray(at, at + 65_536));
  file.set(new TextEncoder().encode("%PDF-1.7\n"));
  return file;
}

/** One round of a way: over loopback, over the thin link, and over it with a cut in the middle. */
async function measure(way: Way, into: Measured, servers: Servers): Promise<void> {
  const job = await jobOf(into.size, servers);
  const { addr } = servers[way.server];
  into.loopback.push(await timed(() => way.send({ ...job, addr })));
  for (const isCut of [false, true]) {
    const link = await startLink(addr, THIN);
    try {
      if (isCut) link.cutAfter(job.file.length / 2);
      const ms = await timed(async () => {
        const { retries } = await way.send({ ...job, addr: link.addr });
        if (isCut) into.retries += retries;
      });
      into[isCut ? "cut" : "thin"].push(ms);
      if (isCut) into.cutBytes.push(link.sent / job.file.length);
    } finally {
      link.stop();
    }
  }
}

/** Several files at once over loopback: the memory of the server. */
async function measureTogether(way: Way, servers: Servers, { sizes, together }: Options): Promise<Together> {
  const mib = Math.max(...sizes);
  console.log(`${way.name}: ${together} x ${mib} MiB at once`);
  const job = await jobOf(mib, servers);
  const { addr, pid } = servers[way.server];
  const before = await usageOf(pid);
  let peakKb = before.rssKb;
  const timer = setInterval(() => {
    void usageOf(pid).then(({ rssKb }) => peakKb = Math.max(peakKb, rssKb), () => {});
  }, SAMPLE_MS);
  try {
    const ms = await timed(() =>
      Promise.all(Array.from({ length: together }, () => way.send({ ...job, addr })))
    );
    return { way: way.name, ms, beforeKb: before.rssKb, peakKb };
  } finally {
    clearInterval(timer);
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

function print(measured: readonly Measured[], together: readonly Together[], { rounds }: Options): void {
  printTable(
    `One file, median of ${rounds}`,
    "loopback: as fast as it goes; thin: 50 Mbit/s, 40 ms there and back; cut: the thin link broken once at half",
    ["way", "MiB", "loopback ms", "MiB/s", "thin ms", "cut ms", "sent x file", "retries"],
    measured.map(({ way, size, loopback, thin, cut, cutBytes, retries }) => [
      way,
      show(size),
      show(Math.round(median(loopback))),
      show(size / median(loopback) * 1000),
      show(Math.round(median(thin))),
      show(Math.round(median(cut))),
      show(median(cutBytes)),
      show(retries / rounds),
    ]),
  );
  printTable(
    "Several at once, over loopback",
    "memory of the server before and at its peak, in MB; the servers run on, so what one way leaves the next begins with",
    ["way", "s", "before", "peak", "growth"],
    together.map(({ way, ms, beforeKb, peakKb }) => [
      way,
      show(ms / 1000),
      showMb(beforeKb),
      showMb(peakKb),
      showMb(peakKb - beforeKb),
    ]),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
