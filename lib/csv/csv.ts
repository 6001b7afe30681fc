/** A cell: text, a number as JavaScript writes it, or nothing. */
export type Cell = string | number | null;

/** Tells programs that the text is UTF-8; spreadsheets take it for something else otherwise. */
const BYTE_ORDER_MARK = "\ufeff";
/** A spreadsheet takes text that begins like this for a formula; some pass over the blanks before one. */
const FORMULA = /^(?:[\t\r]|\s*[=+\-@])/;
const SPECIAL = /[",\r\n]/;

/** CSV text of rows: RFC 4180, UTF-8 with a byte order mark; text that would be a formula gets a `'` before it. */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  return BYTE_ORDER_MARK + rows.map((row) => `${row.map(cellText).join(",")}\r\n`).join("");
}

function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  return SPECIAL.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
