import { perSecond, perSocketKb, type Run, type Series } from "./figures.ts";
import { grouped, ratioOfLoads, steadyKb } from "./report.ts";
import { printTable, show } from "./table.ts";

/** A figure the design promises, with what was measured. `holds` is undefined where it was not measured. */
export interface Claim {
  claim: string;
  wanted: string;
  measured: string;
  holds: boolean | undefined;
}

const CLAIMED_SOCKETS = 1000;

/** Checks the promises for 1000 sockets against the runs. */
export function checkClaims(runs: readonly Run[]): Claim[] {
  const sections = grouped(
    runs.filter((run) => run.report.sockets === CLAIMED_SOCKETS),
  );
  const fanout = sections.get(`fanout-${CLAIMED_SOCKETS}`);
  const [bare, centrifuge, own] = [
    fanout?.get("bare"),
    fanout?.get("centrifuge"),
    fanout?.get("innstream"),
  ];
  const rest = sections.get("rest")?.get("innstream");
  const drop = sections.get("drop")?.get("innstream");
  const burst = own?.ratio(centrifuge, "burst", perSecond);
  const steady = own?.ratio(
    centrifuge,
    "steady",
    (result) => result.latencyMs.p99,
  );
  const memory = ratioOf(own, centrifuge, (report) => perSocketKb(report));
  const memoryUnderLoad = ratioOf(own, centrifuge, steadyKb);
  const single = own && ratioOfLoads(own, "single", bare, "burst");
  const p50 = rest?.of("rest", (result) => result.fromResponseMs?.p50 ?? NaN);
  const p99 = rest?.of("rest", (result) => result.fromResponseMs?.p99 ?? NaN);
  const caughtUp = drop?.of("drop", (result) => result.caughtUpMs?.p99 ?? NaN);
  return [
    atLeast("bursts, events/s against centrifuge", 4, burst),
    atMost("steady p99 against centrifuge", 1, steady),
    atMost("memory a socket, subscribed, against centrifuge", 0.7, memory),
    atMost(
      "memory a socket, steady load, against centrifuge",
      0.7,
      memoryUnderLoad,
    ),
    atLeast("one event a frame, events/s against bare", 0.7, single),
    atMost("REST response -> frame, p50 ms", 10, p50),
    atMost("REST response -> frame, p99 ms", 50, p99),
    atMost("all dropped at once, caught up p99 ms", 5000, caughtUp),
    atMost(
      "lost, all loads of innstream",
      0,
      total(runs, (result) => result.lost),
    ),
    atMost(
      "doubled, all loads of innstream",
      0,
      total(runs, (result) => result.duplicates),
    ),
    atMost(
      "events of another organisation",
      0,
      total(runs, (result) => result.foreign),
    ),
  ];
}

export function printClaims(claims: readonly Claim[]): void {
  printTable(
    `what is promised for ${CLAIMED_SOCKETS} sockets`,
    "Ratios within this run. `-`: not measured in this run.",
    ["promise", "wanted", "measured", "holds"],
    claims.map(({ claim, wanted, measured, holds }) => [
      claim,
      wanted,
      measured,
      holds === undefined ? "-" : holds ? "yes" : "NO",
    ]),
  );
}

function atLeast(
  claim: string,
  bound: number,
  measured: number | undefined,
): Claim {
  return {
    claim,
    wanted: `>= ${bound}`,
    measured: show(measured),
    holds: known(measured, (value) => value >= bound),
  };
}

function atMost(
  claim: string,
  bound: number,
  measured: number | undefined,
): Claim {
  return {
    claim,
    wanted: `<= ${bound}`,
    measured: show(measured),
    holds: known(measured, (value) => value <= bound),
  };
}

function known(
  measured: number | undefined,
  holds: (value: number) => boolean,
): boolean | undefined {
  return measured === undefined || Number.isNaN(measured) ? undefined : holds(measured);
}

function ratioOf(
  own: Series | undefined,
  other: Series | undefined,
  pick: (report: Run["report"]) => number,
) {
  return own && other ? own.whole(pick) / other.whole(pick) : undefined;
}

function total(
  runs: readonly Run[],
  pick: (result: Run["report"]["loads"][number]) => number,
): number | undefined {
  const own = runs.filter((run) => run.report.target === "innstream").flatMap((
    run,
  ) => run.report.loads);
  return own.length === 0 ? undefined : own.reduce((sum, result) => sum + pick(result), 0);
}
