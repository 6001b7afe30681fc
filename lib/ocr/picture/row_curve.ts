/** The middle of a row of text: `y = level + slope * (x - x0) + bend * (x - x0)^2`; a page that bulges bends it. */
export interface RowCurve {
  x0: number;
  level: number;
  slope: number;
  bend: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Fewer points than this, or points closer together, say nothing about a bend. */
const BEND_POINTS_MIN = 16;
/** Points farther off than this many times the median are left out of the second fit. */
const OUTLIER_MEDIANS = 3;

/** Least squares, twice: the second time without what lay far off. */
export function fitCurve(points: readonly Point[]): RowCurve {
  const first = fit(points);
  const misses = points.map(({ x, y }) => Math.abs(y - curveY(first, x)));
  const typical = misses.toSorted((a, b) => a - b)[misses.length >> 1] ?? 0;
  const kept = points.filter((_, i) => misses[i]! <= OUTLIER_MEDIANS * typical + 0.5);
  return kept.length < points.length ? fit(kept) : first;
}

export function curveY({ x0, level, slope, bend }: RowCurve, x: number): number {
  const along = x - x0;
  return level + slope * along + bend * along * along;
}

export function curveSlope({ x0, slope, bend }: RowCurve, x: number): number {
  return slope + 2 * bend * (x - x0);
}

function fit(points: readonly Point[]): RowCurve {
  const count = points.length;
  const x0 = points.reduce((sum, { x }) => sum + x, 0) / count;
  const reach = Math.max(1, ...points.map(({ x }) => Math.abs(x - x0)));
  // Sums of powers of u = (x - x0) / reach, which keeps the equations well-conditioned.
  let u2 = 0, u3 = 0, u4 = 0, y0 = 0, y1 = 0, y2 = 0;
  for (const { x, y } of points) {
    const u = (x - x0) / reach;
    u2 += u * u;
    u3 += u * u * u;
    u4 += u * u * u * u;
    y0 += y;
    y1 += y * u;
    y2 += y * u * u;
  }
  if (count < BEND_POINTS_MIN) return { x0, level: y0 / count, slope: u2 > 0 ? y1 / u2 / reach : 0, bend: 0 };
  // Normal equations of level, slope and bend; the sum of u is 0 by the choice of x0.
  const a = count * u4 - u2 * u2, b = count * u3, right1 = count * y2 - u2 * y0;
  const determinant = u2 * a - u3 * b;
  if (Math.abs(determinant) < 1e-9) {
    return { x0, level: y0 / count, slope: u2 > 0 ? y1 / u2 / reach : 0, bend: 0 };
  }
  const bend = (u2 * right1 - b * y1) / determinant;
  const slope = (y1 - bend * u3) / u2;
  return { x0, level: (y0 - bend * u2) / count, slope: slope / reach, bend: bend / reach / reach };
}
