import { printTable, show, showMb } from "../common/table.ts";
import type { Cost, Quantiles, Seen } from "./crowd.ts";

/** One case that was run. */
export interface Measured {
  readonly way: string;
  readonly people: number;
  readonly seen: Seen;
  readonly cost: Cost;
}

const KINDS = ["chat", "typing", "read", "presence"] as const;

export function printMeasured(measured: readonly Measured[]): void {
  const rows = (cells: (one: Measured) => string[]) =>
    measured.map((one) => [one.way, show(one.people), ...cells(one)]);
  printTable(
    "What people see, in ms: p50 / p95 / p99",
    "message, typing: from sending to another client; ack: to its sender, kept; receipt: from `read` to others",
    ["server", "people", "message", "ack", "typing", "receipt"],
    rows(({ seen }) => [seen.message, seen.acked, seen.typing, seen.receipt].map(three)),
  );
  printTable(
    "Who is there, in ms",
    "join: until `joined` with the last 50 messages, p50 / p99, while all come, and while it is talked; all known: after\n" +
      "the last one came, until who looks knows everybody; come, away, back, go: until everybody has seen it, p50 / max",
    ["server", "people", "join, all come", "join, talked", "all known", "come", "away", "back", "go"],
    rows(({ seen }) => [
      ends(seen.joined, "p99"),
      ends(seen.rejoined, "p99"),
      show(seen.knownMs),
      ...(["come", "away", "online", "go"] as const).map((step) => ends(seen.presence[step], "max")),
    ]),
  );
  printTable(
    "What it costs the server",
    "CPU: of one core, while it is talked; MB: empty, with everybody, at its peak; frames and KB: sent for each message,\n" +
      "of all kinds, with all that happened meanwhile, and frames of each kind",
    ["server", "people", "CPU %", "join CPU s", "MB", "frames", "KB", ...KINDS],
    rows(({ seen, cost }) => [
      show(Math.round(cost.talkCpuSeconds / cost.talkSeconds * 100)),
      show(cost.joinCpuSeconds),
      [cost.emptyKb, cost.joinedKb, cost.peakKb].map(showMb).join(" / "),
      perMessage(seen, sum(seen.frames)),
      perMessage(seen, sum(seen.bytes) / 1024),
      ...KINDS.map((kind) => perMessage(seen, seen.frames[kind] ?? 0)),
    ]),
  );
  printTable(
    "What arrived",
    "lost, doubled: messages, which must be 0; open: receipts, typists and presence not seen in time; late: s that it\n" +
      "took after the end until all was there",
    ["server", "people", "sent", "to arrive", "lost", "doubled", "open", "late", "errors", "cut off"],
    rows(({ seen }) => [
      show(seen.sent),
      show(seen.expected),
      show(seen.lost),
      show(seen.doubled),
      [seen.receiptsOpen, seen.typingOpen, seen.presenceOpen].map((n) => show(n)).join(" / "),
      show(seen.drainSeconds),
      show(sum(seen.errors)),
      show(sum(seen.ends)),
    ]),
  );
  for (const { way, people, seen } of measured) {
    for (const [what, n] of Object.entries({ ...seen.errors, ...seen.ends })) {
      console.log(`${way}, ${people}: ${n} times: ${what.slice(0, 200)}`);
    }
  }
}

function three({ count, p50, p95, p99 }: Quantiles): string {
  return count === 0 ? "-" : [p50, p95, p99].map((ms) => show(ms)).join(" / ");
}

function ends(quantiles: Quantiles | undefined, end: "p99" | "max"): string {
  if (quantiles === undefined || quantiles.count === 0) return "-";
  return `${show(quantiles.p50)} / ${show(quantiles[end])}`;
}

function perMessage({ sent }: Seen, value: number): string {
  return show(sent === 0 ? undefined : value / sent);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}
