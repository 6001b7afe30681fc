/** A number among figures that some program has derived; null where there is none. */
export function figureOf(figures: unknown, name: string): number | null {
  const value = (figures as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Amounts are added in thousandths, the smallest any currency has, so that no float drifts. */
const SCALE = 1_000;

/** The sum of what is known; null where nothing is. */
export function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return known.reduce((sum, value) => sum + Math.round(value * SCALE), 0) / SCALE;
}
