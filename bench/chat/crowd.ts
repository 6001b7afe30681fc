import { fileURLToPath } from "node:url";
import { Child } from "../common/child.ts";
import { usageOf } from "../common/usage.ts";
import type { ChatServer } from "./servers.ts";

export interface Person {
  readonly userId: string;
  readonly token: string;
}

/** What the Go program is told; the units are there. */
export interface Orders {
  readonly target: ChatServer["target"];
  readonly addr: string;
  readonly roomId: string;
  readonly people: readonly Person[];
  readonly movers: readonly Person[];
  readonly joinRate: number;
  readonly seconds: number;
  readonly messageRate: number;
  readonly typingRate: number;
  readonly readers: number;
  readonly drainSeconds: number;
}

/** Milliseconds. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What the crowd saw; the words are explained in the Go program. */
export interface Seen {
  readonly joined: Quantiles;
  readonly joinSeconds: number;
  readonly knownMs: number;
  readonly sent: number;
  readonly acked: Quantiles;
  readonly message: Quantiles;
  readonly typing: Quantiles;
  readonly receipt: Quantiles;
  readonly rejoined: Quantiles;
  readonly presence: Readonly<Partial<Record<"come" | "away" | "online" | "go", Quantiles>>>;
  readonly expected: number;
  readonly lost: number;
  readonly doubled: number;
  readonly receiptsOpen: number;
  readonly typingOpen: number;
  readonly presenceOpen: number;
  readonly drainSeconds: number;
  readonly frames: Readonly<Record<string, number>>;
  readonly bytes: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly ends: Readonly<Record<string, number>>;
}

/** What the server's process used. */
export interface Cost {
  /** Before the first one joined, with all of them there, and the highest. */
  readonly emptyKb: number;
  readonly joinedKb: number;
  readonly peakKb: number;
  /** While everybody joined, and while it was talked. */
  readonly joinCpuSeconds: number;
  readonly talkCpuSeconds: number;
  readonly talkSeconds: number;
}

type Line = { readonly phase: "joined" | "talk" | "end" } | Seen;

const OUT = fileURLToPath(new URL("./out/", import.meta.url));
const SAMPLE_MS = 100;
/** However slow the machine: a crowd that takes longer than this is ended. */
const LIMIT_MS = 3 * 60_000;

/** Builds the program. Throws where Go is missing or the build fails. */
export async function buildCrowd(): Promise<void> {
  const { success } = await new Deno.Command("go", {
    args: ["build", "-trimpath", "-o", `${OUT}crowd`, "."],
    cwd: fileURLToPath(new URL("./crowd/", import.meta.url)),
    env: { CGO_ENABLED: "0" },
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status.catch((error) => {
    throw new Error("Cannot build the benchmark: go is not found in PATH (https://go.dev/dl)", {
      cause: error,
    });
  });
  if (!success) throw new Error("Cannot build bench/chat/crowd: see above");
}

/** Runs the crowd in a server's room. Throws with its last words where it fails. */
export async function runCrowd(orders: Orders, pid: number): Promise<{ seen: Seen; cost: Cost }> {
  const empty = await usageOf(pid);
  let peakKb = empty.rssKb;
  const at = new Map<string, { ms: number; usage: Promise<{ cpuSeconds: number; rssKb: number }> }>();
  let seen: Seen | undefined;
  const child = new Child({
    name: "crowd",
    command: `${OUT}crowd`,
    args: [],
    takesInput: true,
    showErrors: true,
    onLine: (line) => {
      const told = JSON.parse(line) as Line;
      if ("phase" in told) at.set(told.phase, { ms: performance.now(), usage: usageOf(pid) });
      else seen = told;
    },
  });
  const sampling = setInterval(() => {
    void usageOf(pid).then(({ rssKb }) => peakKb = Math.max(peakKb, rssKb), () => {});
  }, SAMPLE_MS);
  const limit = setTimeout(() => void child.stop(), LIMIT_MS);
  try {
    await child.write(JSON.stringify(orders));
    const code = await child.ended;
    const [joined, talk, end] = ["joined", "talk", "end"].map((phase) => at.get(phase));
    if (code !== 0 || seen === undefined || !joined || !talk || !end) {
      throw new Error(`the crowd ended with code ${code}\n${child.lastWords()}`);
    }
    const [afterJoin, beforeTalk, afterTalk] = await Promise.all([joined.usage, talk.usage, end.usage]);
    return {
      seen,
      cost: {
        emptyKb: empty.rssKb,
        joinedKb: beforeTalk.rssKb,
        peakKb,
        joinCpuSeconds: afterJoin.cpuSeconds - empty.cpuSeconds,
        talkCpuSeconds: afterTalk.cpuSeconds - beforeTalk.cpuSeconds,
        talkSeconds: (end.ms - talk.ms) / 1000,
      },
    };
  } finally {
    clearInterval(sampling);
    clearTimeout(limit);
  }
}
