import type { LoadResult } from "./driver.ts";
import { median, perSecond, perSocketKb, type Run, type Series } from "./figures.ts";
import { grouped, steadyKb } from "./report.ts";
import { printTable, show } from "../common/table.ts";

/** A figure the design promises, with what was measured in each round. */
export interface Claim {
  claim: string;
  wanted: string;
  values: number[];
  /** Of the median; undefined where it was not measured. */
  holds: boolean | undefined;
}

const CLAIMED_SOCKETS = 1000;

/** Checks the promises for 1000 sockets against the runs. */
export function checkClaims(runs: readonly Run[]): Claim[] {
  const sections = grouped(runs.filter((run) => run.report.sockets === CLAIMED_SOCKETS));
  const fanout = sections.get(`fanout-${CLAIMED_SOCKETS}`);
  const [bare, centrifuge, own] = [fanout?.get("bare"), fanout?.get("centrifuge"), fanout?.get("innstream")];
  const rest = sections.get("rest")?.get("innstream");
  const drop = sections.get("drop")?.get("innstream");
  const steadyP99 = (result: LoadResult) => result.latencyMs.p99;
  return [
    atLeast(4, "bursts, events/s against centrifuge", own?.ratios(centrifuge, "burst", perSecond)),
    atMost(1, "steady p99 against centrifuge", own?.ratios(centrifuge, "steady", steadyP99)),
    atMost(0.7, "memory a socket, subscribed, against centrifuge", wholeRatios(own, centrifuge, perSocketKb)),
    atMost(0.7, "memory a socket, steady load, against centrifuge", wholeRatios(own, centrifuge, steadyKb)),
    atLeast(0.7, "one event a frame, events/s against bare", own?.ratios(bare, "single", perSecond, "burst")),
    atMost(10, "REST response -> frame, p50 ms", each(rest, (result) => result.fromResponseMs?.p50)),
    atMost(50, "REST response -> frame, p99 ms", each(rest, (result) => result.fromResponseMs?.p99)),
    atMost(50, "REST request -> frame, p99 ms", each(rest, (result) => result.latencyMs.p99)),
    atMost(5000, "all dropped at once, caught up p99 ms", each(drop, (result) => result.caughtUpMs?.p99)),
    atMost(0, "lost, all loads of innstream", total(runs, (result) => result.lost)),
    atMost(0, "doubled, all loads of innstream", total(runs, (result) => result.duplicates)),
    atMost(0, "events of another organisation", total(runs, (result) => result.foreign)),
  ];
}

export function printClaims(claims: readonly Claim[]): void {
  printTable(
    `what is promised for ${CLAIMED_SOCKETS} sockets`,
    "Ratios within this run; the median of the rounds decides. `-`: not measured in this run.",
    ["promise", "wanted", "median", "lowest", "highest", "holds"],
    claims.map(({ claim, wanted, values, holds }) => [
      claim,
      wanted,
      show(median(values)),
      show(values.length > 1 ? Math.min(...values) : undefined),
      show(values.length > 1 ? Math.max(...values) : undefined),
      holds === undefined ? "-" : holds ? "yes" : "NO",
    ]),
  );
}

function atLeast(bound: number, claim: string, values: number[] = []): Claim {
  return { claim, wanted: `>= ${bound}`, values, holds: known(values, (value) => value >= bound) };
}

function atMost(bound: number, claim: string, values: number[] = []): Claim {
  return { claim, wanted: `<= ${bound}`, values, holds: known(values, (value) => value <= bound) };
}

function known(values: number[], holds: (value: number) => boolean): boolean | undefined {
  return values.length === 0 ? undefined : holds(median(values));
}

/** One figure a round, of a section that has one load. */
function each(series: Series | undefined, pick: (result: LoadResult) => number | undefined): number[] {
  return series?.runs.flatMap(({ report }) => report.loads.map((result) => pick(result) ?? NaN)) ?? [];
}

/** Ratios of a figure of the whole report, round by round. */
function wholeRatios(
  own: Series | undefined,
  other: Series | undefined,
  pick: (report: Run["report"]) => number,
) {
  return own?.runs.flatMap(({ round, report }) => {
    const same = other?.runs.find((run) => run.round === round);
    return same === undefined ? [] : [pick(report) / pick(same.report)];
  });
}

function total(runs: readonly Run[], pick: (result: LoadResult) => number): number[] {
  const own = runs.filter((run) => run.report.target === "innstream").flatMap((run) => run.report.loads);
  return own.length === 0 ? [] : [own.reduce((sum, result) => sum + pick(result), 0)];
}
