import { Tokens } from "@/services/auth/tokens.ts";
import { type Child, started, stopAll } from "../common/child.ts";
import { type Innstream, ROOT, startInnstream, stopBacking } from "../common/innstream.ts";
import { printTable, show } from "../common/table.ts";
import { Observer } from "./observer.ts";

const USAGE = "deno task bench chat_presence [--trials=20] [--quick]";
const BAD_USAGE = 2;
const QUICK_TRIALS = 3;
const TOKEN_S = 3_600;
const START_MS = 30_000;
/** Clients that are started beside each other. */
const TOGETHER = 4;
/** Pings and beats must not be in step with what is lost. */
const PHASE_MS = 1_500;
const ROOM = "property-1";

type Sign = (userId: string) => Promise<string>;

/** How long it takes until somebody who was lost is seen to be offline by others. Answers the exit code. */
export async function main(args: string[]): Promise<number> {
  const trials = parse(args);
  if (trials === undefined) {
    console.error(USAGE);
    return BAD_USAGE;
  }
  try {
    const here = await startInnstream();
    const tokens = new Tokens({
      jwtSecret: here.secret,
      jwksUrl: undefined,
      jwtIssuer: undefined,
      jwtAudience: undefined,
    });
    const sign: Sign = (sub) => tokens.sign({ sub, orgId: 1, role: "manager" }, TOKEN_S);
    const observer = await Observer.join(here.addr, {
      token: await sign("observer"),
      userId: "observer",
      roomId: ROOM,
    });
    const rows = [
      ["client killed, same instance", await clients(trials, here, sign, { observer, signal: "SIGKILL" })],
      [
        "client stands still, its line stays open",
        await clients(trials, here, sign, { observer, signal: "SIGSTOP" }),
      ],
      ["instance killed", await instances(trials, observer)],
    ] as const;
    observer.close();
    printTable(
      `Offline is seen, ${trials} trials each, ms`,
      "From the signal until another person's client is told.",
      ["what was lost", "median", "p90", "max"],
      rows.map(([name, ms]) => [name, ...[0.5, 0.9, 1].map((q) => show(Math.round(quantile(ms, q))))]),
    );
    return 0;
  } finally {
    await stopAll();
    await stopBacking();
  }
}

async function clients(
  trials: number,
  { addr }: Innstream,
  sign: Sign,
  { observer, signal }: { observer: Observer; signal: Deno.Signal },
): Promise<number[]> {
  const ms: number[] = [];
  for (let at = 0; at < trials; at += TOGETHER) {
    const users = Array.from({ length: Math.min(TOGETHER, trials - at) }, (_, i) => `${signal}-${at + i}`);
    const children = await Promise.all(users.map(async (user) => await start(addr, await sign(user), user)));
    for (const [i, child] of children.entries()) {
      await observer.sees(users[i]!, "online");
      await anyPhase();
      const from = performance.now();
      Deno.kill(child.pid, signal);
      ms.push(await observer.sees(users[i]!, "offline") - from);
      if (signal === "SIGSTOP") Deno.kill(child.pid, "SIGKILL");
      await child.ended;
    }
  }
  return ms;
}

async function start(addr: string, token: string, userId: string): Promise<Child> {
  const { child } = await started(
    {
      name: "client",
      command: Deno.execPath(),
      args: ["run", "-A", "bench/chat_presence/client.ts", addr, token, userId, ROOM],
      cwd: ROOT,
    },
    (line) => line === "joined" ? true : undefined,
    START_MS,
  );
  return child;
}

async function instances(trials: number, observer: Observer): Promise<number[]> {
  const ms: number[] = [];
  for (let at = 0; at < trials; at++) {
    const there = await startInnstream();
    const tokens = new Tokens({
      jwtSecret: there.secret,
      jwksUrl: undefined,
      jwtIssuer: undefined,
      jwtAudience: undefined,
    });
    const userId = `instance-${at}`;
    const token = await tokens.sign({ sub: userId, orgId: 1, role: "manager" }, TOKEN_S);
    const guest = await Observer.join(there.addr, { token, userId, roomId: ROOM });
    await observer.sees(userId, "online");
    await anyPhase();
    const from = performance.now();
    Deno.kill(there.pids.app, "SIGKILL");
    ms.push(await observer.sees(userId, "offline") - from);
    guest.close();
    await there.stop();
  }
  return ms;
}

function anyPhase(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * PHASE_MS));
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
}

function parse(args: string[]): number | undefined {
  let trials = 20;
  for (const arg of args) {
    const [, count] = /^--trials=([1-9][0-9]{0,2})$/.exec(arg) ?? [];
    if (count !== undefined) trials = Number(count);
    else if (arg === "--quick") trials = QUICK_TRIALS;
    else return undefined;
  }
  return trials;
}
