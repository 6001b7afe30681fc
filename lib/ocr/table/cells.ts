import { dayInText, isoDay } from "@/lib/ocr/dates.ts";
import { maskDigits } from "@/lib/ocr/mask.ts";

/** What programs that read spreadsheets give for a cell. Dates stand at midnight UTC. */
export type CellValue = string | number | boolean | Date | null;

/** Longest text of a cell that is kept, in characters. */
export const CELL_CHARS_MAX = 2000;
const DAY_MS = 86_400_000;
/** Excel counts days from here; it takes 1900 for a leap year, so that this is two days before 1900-01-01. */
const EXCEL_EPOCH = Date.UTC(1899, 11, 30);
/** Serials of 1927 to 2119: what else is a number in a column of dates is none. */
const SERIAL = { min: 10_000, max: 80_000 } as const;
/** A telephone number as people write it, with a country's code or without. */
const TELEPHONE = /^(?:\+|00)?[0-9][0-9()\s.\-]{6,20}$/;

/** A cell as text, null where it is empty. Aadhaar numbers are masked. */
export function cellText(value: CellValue | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return dayOf(value) ?? null;
  const text = String(value).normalize("NFC").replace(/[\p{Cc}\p{Cf}]+/gu, " ").trim();
  if (text === "") return null;
  return [...maskDigits(text)].slice(0, CELL_CHARS_MAX).join("");
}

/** A telephone cell. Twelve digits that begin with India's code are a telephone number here, whatever else they look like. */
export function telephoneText(value: CellValue | undefined): string | null {
  const text = typeof value === "number" || typeof value === "string" ? String(value).trim() : "";
  if (TELEPHONE.test(text) && /^(?:\+|00)?91[\s\-]*[6-9]/.test(text)) return text;
  return cellText(value);
}

/** The day of a cell, `YYYY-MM-DD`; undefined: it is none. */
export function cellDay(value: CellValue | undefined, today: string): string | undefined {
  if (value instanceof Date) return dayOf(value);
  if (typeof value === "number") return serialDay(value);
  if (typeof value !== "string") return undefined;
  if (/^\d{5}(\.\d+)?$/.test(value.trim())) return serialDay(Number(value));
  return dayInText(value, "expiry", today);
}

function serialDay(serial: number): string | undefined {
  if (serial < SERIAL.min || serial > SERIAL.max) return undefined;
  return dayOf(new Date(EXCEL_EPOCH + Math.floor(serial) * DAY_MS));
}

function dayOf(date: Date): string | undefined {
  if (Number.isNaN(date.getTime())) return undefined;
  return isoDay(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
}
