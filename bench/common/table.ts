export interface Table {
  readonly title: string;
  /** What the columns mean. */
  readonly about: string;
  readonly columns: string[];
  readonly rows: string[][];
}

/** Prints a title, what the columns mean, and rows under them; numbers stand to the right. */
export function printTable(
  title: string,
  about: string,
  columns: string[],
  rows: string[][],
): void {
  if (rows.length === 0) return;
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...rows.map((row) => row[at]?.length ?? 0))
  );
  const line = (cells: string[]) =>
    cells.map((cell, at) => at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)).join("  ");
  console.log(`\n${title}\n${about}`);
  console.log(line(columns));
  console.log(widths.map((width) => "-".repeat(width)).join("  "));
  for (const row of rows) console.log(line(row));
}

/** A number with as many digits as say something; `-` for what was not measured. */
export function show(value: number | undefined, unit = ""): string {
  if (value === undefined || Number.isNaN(value)) return "-";
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }) + unit;
}

/** Kibibytes as mebibytes. */
export function showMb(kb: number | undefined): string {
  return show(kb === undefined ? undefined : Math.round(kb / 1024));
}
