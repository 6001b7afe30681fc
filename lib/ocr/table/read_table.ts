import { cellDay, cellText, type CellValue, telephoneText } from "@/lib/ocr/table/cells.ts";
import {
  type ColumnField,
  FIRST_NAMES,
  headingField,
  headingRow,
  LAST_NAMES,
  plainHeading,
} from "@/lib/ocr/table/headings.ts";
import {
  TABLE_CHARS_MAX,
  TABLE_COLUMNS_MAX,
  TABLE_ROWS_MAX,
  type TableColumn,
  type TableReading,
} from "@/lib/ocr/reading.ts";

/** Longest heading that is shown, in characters. */
const HEADING_CHARS_MAX = 80;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
/** Lengths that the guest's record takes, in characters. */
const CHARS_MAX: Partial<Readonly<Record<ColumnField, number>>> = {
  name: 200,
  email: 320,
  phone: 40,
  notes: 2000,
};

type Problem = TableReading["problems"][number];

/** A column of the file: where its cells come from. */
interface Source {
  readonly column: TableColumn;
  /** Cells that are joined by a blank; more than one where a name stands in parts. */
  readonly cells: readonly number[];
}

/**
 * Reads a guest list: its headings, its cells as text, what is wrong with them. Without headings every column is
 * shown and none is known. `today` (`YYYY-MM-DD`) settles the century of short years.
 */
export function readTable(
  rows: readonly (readonly CellValue[])[],
  { today }: { today: string },
): TableReading {
  const head = headingRow(rows);
  const body = rows.slice(head === undefined ? 0 : head + 1).filter((row) =>
    row.some((cell) => cellText(cell) !== null)
  );
  const shown = body.slice(0, TABLE_ROWS_MAX);
  const sources = head === undefined ? unknownColumns(shown) : knownColumns(rows[head]!, shown);
  const columns = sources.map(({ column }) => column);
  const problems: Problem[] = [];
  const texts: (string | null)[][] = [];
  let chars = 0;
  for (const [index, row] of shown.entries()) {
    const cells = sources.map((source) => textOf(source, row, today));
    chars += cells.reduce((sum, cell) => sum + (cell ?? "").length, 0);
    if (chars > TABLE_CHARS_MAX) break;
    problems.push(...problemsOf(cells, columns, index));
    texts.push(cells);
  }
  return { columns, rows: texts, rowsTotal: body.length, problems };
}

function widthOf(rows: readonly (readonly CellValue[])[]): number {
  return Math.min(TABLE_COLUMNS_MAX, rows.reduce((most, row) => Math.max(most, row.length), 0));
}

function unknownColumns(rows: readonly (readonly CellValue[])[]): readonly Source[] {
  return Array.from({ length: widthOf(rows) }, (_, i) => ({
    column: { heading: `Column ${i + 1}`, field: null },
    cells: [i],
  }));
}

function knownColumns(
  head: readonly CellValue[],
  rows: readonly (readonly CellValue[])[],
): readonly Source[] {
  const width = widthOf([head, ...rows]);
  const headings = Array.from({ length: width }, (_, i) => {
    return [...cellText(head[i]) ?? ""].slice(0, HEADING_CHARS_MAX).join("");
  });
  const taken = new Set<ColumnField>();
  const plain = headings.map(plainHeading);
  const [first, last] = [FIRST_NAMES, LAST_NAMES].map((names) =>
    plain.findIndex((text) => names.includes(text))
  );
  const hasName = headings.some((heading) => headingField(heading) === "name");
  const parts = hasName ? [] : [first!, last!].filter((index) => index >= 0);
  const sources: Source[] = [];
  for (const [i, heading] of headings.entries()) {
    if (parts.includes(i)) {
      if (i !== Math.min(...parts)) continue;
      sources.push({
        column: { heading: parts.map((part) => headings[part]).join(" + "), field: "name" },
        cells: parts,
      });
      continue;
    }
    const field = headingField(heading);
    // The first column of a field is the field; a second one is shown only.
    const own = field !== null && !taken.has(field) ? field : null;
    if (own !== null) taken.add(own);
    const isUsed = heading !== "" || rows.some((row) => cellText(row[i]) !== null);
    if (isUsed) sources.push({ column: { heading: heading || `Column ${i + 1}`, field: own }, cells: [i] });
  }
  return sources;
}

function textOf(
  { column: { field }, cells }: Source,
  row: readonly CellValue[],
  today: string,
): string | null {
  if (cells.length > 1) {
    const parts = cells.map((index) => cellText(row[index])).filter((part) => part !== null);
    return parts.length === 0 ? null : parts.join(" ");
  }
  const value = row[cells[0]!];
  if (field === "arrivesOn" || field === "departsOn") return cellDay(value, today) ?? cellText(value);
  return field === "phone" ? telephoneText(value) : cellText(value);
}

function problemsOf(
  cells: readonly (string | null)[],
  columns: readonly TableColumn[],
  row: number,
): Problem[] {
  const at = (field: ColumnField) => columns.findIndex((column) => column.field === field);
  const found: Problem[] = [];
  const add = (column: number, message: string) => found.push({ row, column, message });
  for (const [column, { field }] of columns.entries()) {
    const message = field === null ? undefined : problemOf(field, cells[column] ?? null);
    if (message !== undefined) add(column, message);
  }
  const [arrives, departs] = [at("arrivesOn"), at("departsOn")];
  const [from, to] = [cells[arrives] ?? "", cells[departs] ?? ""];
  if (isDay(from) && isDay(to) && to < from) add(departs, "is before the arrival");
  return found;
}

function problemOf(field: ColumnField, text: string | null): string | undefined {
  if (text === null) return field === "name" ? "is missing" : undefined;
  const most = CHARS_MAX[field];
  if (most !== undefined && [...text].length > most) return `must have at most ${most} characters`;
  switch (field) {
    case "arrivesOn":
    case "departsOn":
      return isDay(text) ? undefined : "is not a date";
    case "email":
      return EMAIL.test(text) ? undefined : "is not an e-mail address";
    case "phone":
      return /\d{5}/.test(text.replace(/[\s().\-]/g, "")) ? undefined : "is not a telephone number";
    default:
      return undefined;
  }
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text);
}
