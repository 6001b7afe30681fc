import { utils, write } from "xlsx";
import type { Dice } from "@/lib/random/dice.ts";
import { fullName, inventPerson } from "./people.ts";

/** What a guest list says, row by row, as TableReading gives it. */
export interface GuestList {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const HEADINGS = ["Guest Name", "E-mail", "Mobile", "Arrival", "Departure", "Remarks"];
/** Spreadsheets count days from here. */
const DAY_MS = 86_400_000;

export function inventGuestList(dice: Dice, rows: number): GuestList {
  return {
    headings: HEADINGS,
    rows: Array.from({ length: rows }, (_, i) => {
      const name = fullName(inventPerson(dice, "IND"));
      const arrival = dice.whole(1, 25), nights = dice.whole(1, 3);
      return [
        name,
        `guest${i}@example.org`,
        `+91 99000 ${String(dice.whole(0, 99_999)).padStart(5, "0")}`,
        december(arrival),
        december(arrival + nights),
        dice.chance(0.3) ? "late arrival" : null,
      ];
    }),
  };
}

export function guestCsv({ headings, rows }: GuestList): Uint8Array<ArrayBuffer> {
  const lines = [headings, ...rows].map((row) => `${row.map(quoted).join(",")}\r\n`);
  return new TextEncoder().encode(lines.join(""));
}

/** As programs of others write it: a telephone number begins with its plus. */
function quoted(cell: string | null): string {
  return cell !== null && /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell ?? "";
}

/** Dates are dates of the spreadsheet, not text. `biff8` is the old Excel's form. */
export function guestWorkbook(
  { headings, rows }: GuestList,
  form: "xlsx" | "biff8",
): Uint8Array<ArrayBuffer> {
  const cells = rows.map((row) =>
    row.map((cell) => cell !== null && /^\d{4}-\d\d-\d\d$/.test(cell) ? day(cell) : cell)
  );
  const sheet = utils.aoa_to_sheet([["Guest list, invented"], [], [...headings], ...cells]);
  const book = utils.book_new();
  utils.book_append_sheet(book, sheet, "Guests");
  return new Uint8Array(write(book, { type: "array", bookType: form }) as ArrayBuffer);
}

function december(dayOfMonth: number): string {
  return `2026-12-${String(dayOfMonth).padStart(2, "0")}`;
}

/** A number of days with a format, so that no time zone has a say. */
function day(iso: string): { t: "n"; v: number; z: string } {
  return { t: "n", v: (Date.parse(iso) - Date.UTC(1899, 11, 30)) / DAY_MS, z: "dd/mm/yyyy" };
}
