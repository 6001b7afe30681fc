import { stringify } from "yaml";
import {
  type Burn,
  COUNTED_MIN,
  limitOf,
  PAGE_BURNS,
  type Promised,
  PROMISES,
  TICKET_BURNS,
} from "../promises.ts";

const HEAD = `# Made by \`deno task ops\` from ops/promises.ts: change that.
# A promise is watched by how fast its budget of failures burns: over a long window, so that a moment does not count,
# and over a short one, so that the alert ends when the trouble does.
`;
export type Severity = "page" | "ticket";
const BURNS = [...PAGE_BURNS, ...TICKET_BURNS];

/** The text of rules/promises.yml. */
export function promiseRules(): string {
  // One group each: its rules are evaluated in order, so that an alert reads what was recorded at the same moment.
  const groups = PROMISES.map((promised) => ({
    name: promised.name,
    rules: [...recordings(promised), ...alerts(promised)],
  }));
  return HEAD + stringify({ groups }, { lineWidth: 0 });
}

/** Name of the series that holds the share of failures over a window. */
export function ratioName({ name }: Promised, window: string): string {
  return `innstream:${name}_bad:ratio_rate${window}`;
}

function rateName({ name }: Promised, window: string): string {
  return `innstream:${name}:rate${window}`;
}

function recordings(promised: Promised) {
  const windows = [...new Set(BURNS.flatMap(({ long, short }) => [short, long]))];
  return [
    ...windows.map((window) => ({ record: ratioName(promised, window), expr: promised.bad(window) })),
    ...BURNS.map(({ long }) => ({ record: rateName(promised, long), expr: promised.total(long) })),
  ];
}

function alerts(promised: Promised) {
  const make = (severity: Severity, burns: readonly Burn[]) => ({
    alert: promised.alert,
    expr: burns.map((burn) => condition(promised, burn)).join("\nor\n"),
    labels: { severity },
    annotations: annotations(promised, severity, "{{ $value | humanizePercentage }}"),
  });
  return [make("page", PAGE_BURNS), make("ticket", TICKET_BURNS)];
}

/** What an alert says, with the share that failed. */
export function annotations({ what, objective, runbook }: Promised, severity: Severity, share: string) {
  const percent = `${Number((objective * 100).toFixed(2))} %`;
  const lasts = { page: "is gone within 5", ticket: "is gone before they are" }[severity];
  return {
    summary: `It is promised that ${percent} of ${what}: the budget of 30 days ${lasts}`,
    description: `${share} did not, over the long window.`,
    runbook_url: `docs/runbooks/${runbook}.md`,
  };
}

function condition(promised: Promised, burn: Burn): string {
  const { long, short } = burn;
  const limit = limitOf(promised, burn);
  return [
    `(${ratioName(promised, long)} > ${limit} and ${ratioName(promised, short)} > ${limit}`,
    `  and ${rateName(promised, long)} >= ${COUNTED_MIN} / ${secondsOf(long)})`,
  ].join("\n");
}

function secondsOf(window: string): number {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(window) ?? [];
  const seconds = { m: 60, h: 3_600, d: 86_400 }[unit ?? ""];
  if (seconds === undefined) {
    throw new Error(`Cannot read the window "${window}": a number and m, h or d is needed`);
  }
  return Number(count) * seconds;
}
