import type { Outcome, Reading, Spread } from "./crowd.ts";
import { READING } from "./crowd.ts";
import type { Fault } from "./faults_list.ts";
import type { Findings } from "./tracker.ts";

export interface Row {
  readonly fault: Pick<Fault, "name" | "what">;
  readonly outcome: Outcome;
}

const WRONG = ["lost", "doubled", "disordered"] as const;

/** What is wrong with an outcome, in words; empty where everything held. */
export function wrongOf({ findings, stuck }: Outcome): string[] {
  const wrong = READING.flatMap((kind) =>
    WRONG.filter((what) => findings[kind][what].length > 0).map((what) =>
      `${kind} ${what}: ${findings[kind][what].length}`
    )
  );
  return [...wrong, ...(stuck.length > 0 ? [`not back: ${stuck.join(" ")}`] : [])];
}

const HEAD = [
  "fault",
  "acknowledged: REST, NATS, chat, chunks",
  "lost, twice, out of order: stream",
  "poll",
  "chat",
  "resets",
  "not written for, s: median, longest",
  "nothing heard for, s",
  "last heard after, s",
  "verdict",
];

/** The outcomes as a table of Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ fault, outcome }) => {
    const { acknowledged: { rest, nats, chat, chunks }, findings, resets, outageMs, slowestMs } = outcome;
    const wrong = wrongOf(outcome);
    return [
      `\`${fault.name}\`: ${fault.what}`,
      `${rest}, ${nats}, ${chat}, ${chunks}`,
      ...READING.map((kind: Reading) => counts(findings[kind])),
      String(resets),
      spread(outageMs.writing),
      spread(outageMs.reading),
      seconds(slowestMs),
      wrong.length === 0 ? "held" : `**${wrong.join(", ")}**`,
    ];
  });
  return [HEAD, HEAD.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function counts({ lost, doubled, disordered }: Findings): string {
  return `${lost.length}, ${doubled.length}, ${disordered.length}`;
}

function spread({ median, longest }: Spread): string {
  return `${seconds(median)}, ${seconds(longest)}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
