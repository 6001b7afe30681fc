import type { LoadName, LoadResult, Report } from "./driver.ts";
import type { Case } from "./plan.ts";

/** One case that was run, in one round. */
export interface Run {
  round: number;
  case: Case;
  report: Report;
}

/** The middle value; of an even number of values the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** All runs of one server in one section: one a round. */
export class Series {
  readonly runs: readonly Run[];

  constructor(runs: readonly Run[]) {
    this.runs = runs;
  }

  /** What `pick` reads of a load, median over the rounds; undefined where the load was not run. */
  of(load: LoadName, pick: (result: LoadResult) => number): number | undefined {
    const values = [...this.byRound(load, pick).values()];
    return values.length === 0 ? undefined : median(values);
  }

  byRound(load: LoadName, pick: (result: LoadResult) => number): Map<number, number> {
    return new Map(
      this.runs.flatMap(({ round, report }) =>
        report.loads.filter((result) => result.load === load).map((result) => [round, pick(result)] as const)
      ),
    );
  }

  /** What `pick` reads of a whole report, median over the rounds. */
  whole(pick: (report: Report) => number): number {
    return median(this.runs.map(({ report }) => pick(report)));
  }

  /** Sum over all loads and rounds: one lost event in any of them shows. */
  sum(pick: (result: LoadResult) => number): number {
    return this.runs.flatMap(({ report }) => report.loads).reduce(
      (sum, result) => sum + pick(result),
      0,
    );
  }

  /** Ratios within each round: what drifts over the run drops out of them. */
  ratios(
    other: Series | undefined,
    load: LoadName,
    pick: (result: LoadResult) => number,
    otherLoad: LoadName = load,
  ): number[] {
    const others = other?.byRound(otherLoad, pick);
    return [...this.byRound(load, pick)].flatMap(([round, value]) => {
      const of = others?.get(round);
      return of === undefined ? [] : [value / of];
    });
  }
}

/** Events delivered per second in the middle burst of a load. */
export function perSecond(result: LoadResult): number {
  return median(result.bursts ?? []);
}

/** Growth of the sockets' process for each socket, in kibibytes, against before the first one. */
export function perSocketKb(
  report: Report,
  nowKb = report.rssSubscribedKb["app"] ?? NaN,
): number {
  return (nowKb - (report.rssBeforeKb["app"] ?? NaN)) / report.sockets;
}

/** CPU time of the server (with what stands behind it) for one delivery, in microseconds. */
export function cpuMicros({ processes, delivered }: LoadResult): number {
  const seconds = Object.entries(processes).filter(([name]) => name !== "driver")
    .reduce((sum, [, { cpuSeconds }]) => sum + cpuSeconds, 0);
  return seconds * 1e6 / delivered;
}
