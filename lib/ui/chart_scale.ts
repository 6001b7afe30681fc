/** Height of a chart's own coordinates; along the other axis each place is 1 wide. */
export const CHART_HEIGHT = 100;
/** How much of its place a group of bars takes; where there are few places, bars as wide as that would be blocks. */
const GROUP_WIDTH = 0.72;
const FEW_GROUP_WIDTH = 0.3;
export const FEW_PLACES = 4;
/** Where an axis may end, in the power of ten below. Half of each is whole from 20 on. */
const STEPS = [1, 2, 3, 4, 5, 6, 8, 10] as const;

/** Where an axis from 0 ends: a round number that no value is above, with a whole half, and not less than `least`. */
export function axisTop(values: readonly number[], least: number): number {
  const highest = values.reduce((top, value) => value > top ? value : top, least);
  if (highest <= 10) return Math.max(2, 2 * Math.ceil(highest / 2));
  const power = 10 ** Math.floor(Math.log10(highest));
  const step = STEPS.find((step) => step * power >= highest) ?? 10;
  return step * power;
}

/** From the top. Below the axis nothing is drawn. */
export function heightAt(value: number, top: number): number {
  const share = Math.min(1, Math.max(0, value / top));
  return rounded((1 - share) * CHART_HEIGHT);
}

/** Path of a line through the middles of the places; a value that is not known interrupts it. */
export function linePath(values: readonly (number | null)[], top: number): string {
  return runsOf(values).map((run) => `M${pointsOf(run, top)}`).join("");
}

/** Path of what lies below that line. */
export function areaPath(values: readonly (number | null)[], top: number): string {
  return runsOf(values).map((run) => {
    const [first, last] = [run[0]!, run.at(-1)!];
    return `M${first.at + 0.5} ${CHART_HEIGHT}L${pointsOf(run, top)}L${last.at + 0.5} ${CHART_HEIGHT}Z`;
  }).join("");
}

/** Path of all bars of one series, which is one of `count` that stand beside each other. */
export function barsPath(
  values: readonly (number | null)[],
  { top, index, count }: { readonly top: number; readonly index: number; readonly count: number },
): string {
  const group = values.length <= FEW_PLACES ? FEW_GROUP_WIDTH : GROUP_WIDTH;
  const width = rounded(group / count);
  const from = (1 - group) / 2 + index * group / count;
  return values.map((value, at) => {
    if (value === null || value <= 0) return "";
    const y = heightAt(value, top);
    return `M${rounded(at + from)} ${CHART_HEIGHT}V${y}h${width}V${CHART_HEIGHT}Z`;
  }).join("");
}

/** Which of `count` places a pointer is at, `x` from the left edge of `width`. */
export function placeAt(x: number, width: number, count: number): number | null {
  if (width <= 0 || count === 0) return null;
  return Math.min(count - 1, Math.max(0, Math.floor(x / width * count)));
}

interface Point {
  readonly at: number;
  readonly value: number;
}

function runsOf(values: readonly (number | null)[]): Point[][] {
  const runs: Point[][] = [];
  let run: Point[] = [];
  for (const [at, value] of values.entries()) {
    if (value === null) run = [];
    else if (run.push({ at, value }) === 1) runs.push(run);
  }
  return runs;
}

function pointsOf(run: readonly Point[], top: number): string {
  return run.map(({ at, value }) => `${at + 0.5} ${heightAt(value, top)}`).join("L");
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
