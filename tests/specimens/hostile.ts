import { strToU8, zipSync } from "fflate";
import type { DocumentProblem, MediaType } from "@/lib/upload/document_types.ts";
import { hostilePdfs } from "./hostile_pdfs.ts";
import { hostileZips } from "./hostile_zips.ts";
import { bombPng, plainGif, plainJpeg, plainPng, plainWebp } from "./plain_pictures.ts";
import { pdf } from "./pdf.ts";
import { guestCsv, guestWorkbook, inventGuestList } from "./guest_list.ts";
import { Dice } from "@/lib/random/dice.ts";

/** A file that wants to do harm, or is not what it says. */
export interface Hostile {
  readonly name: string;
  /** What it says it is. */
  readonly mediaType: MediaType;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * When it should be stopped: `sniff`, by its first bytes, while it is uploaded; `scan`, by the virus scanner; `read`,
   * when it is read, as one of `problems`; `harmless`, it is taken for what it says and nothing more happens.
   */
  readonly stop: "sniff" | "scan" | "read" | "harmless";
  readonly problems: readonly DocumentProblem[];
}

/** EICAR's file for trying virus scanners; in two parts, so that scanners let this source alone. */
const EICAR = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join("");
const BIG_CELL_BYTES = 10 * 1024 * 1024;
/** What is left of a truncated file. */
const TRUNCATED_SHARE = 0.6;

/** All of them, made anew: some are large once unpacked, none is as a file but the one with the large cell. */
export async function hostileFiles(): Promise<Hostile[]> {
  return [
    ...await liars(),
    ...await polyglots(),
    ...hostileZips(),
    ...hostilePdfs(),
    ...hostileTables(),
    ...await truncated(),
    read("picture bomb of 10000 by 10000", "image/png", await bombPng(10_000), ["bomb"]),
    { ...entry("EICAR as text", "text/csv", strToU8(EICAR)), stop: "scan", problems: ["infected"] },
  ];
}

/** Filenames that try to be more than that; what is shown must be harmless, and keys are not made of names. */
export const HOSTILE_NAMES = [
  "../../etc/passwd.png",
  "..\\..\\boot.ini.jpg",
  "/absolute/name.pdf",
  "C:\\windows\\name.pdf",
  "invoice\u202egpj.exe.pdf",
  "nul\u0000byte.png",
  "line\r\nbreak: header.csv",
  "CON",
  "con.png",
  ".",
  "..",
  ".htaccess",
  "   ",
  "a".repeat(5_000) + ".png",
  "\u{1f600}".repeat(100) + ".webp",
  "e\u0301\u0323combining.png",
  "<img src=x onerror=alert(1)>.png",
  '"; rm -rf "$HOME".csv',
  "%2e%2e%2fescaped.pdf",
] as const;

async function liars(): Promise<Hostile[]> {
  const png = await plainPng();
  const html = strToU8("<!doctype html><script>alert(1)</script>");
  const lies: [string, MediaType, Uint8Array][] = [
    ["HTML as PNG", "image/png", html],
    ["HTML as CSV", "text/csv", html],
    ["SVG as PNG", "image/png", strToU8('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ["PNG as PDF", "application/pdf", png],
    ["PDF as JPEG", "image/jpeg", pdf({ lines: ["no picture"] })],
    ["ZIP as PNG", "image/png", zipSync({ "a.txt": strToU8("a") })],
    ["program as JPEG", "image/jpeg", Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, ...new Uint8Array(100)])],
    ["Windows program as old Excel", "application/vnd.ms-excel", strToU8(`MZ${"\0".repeat(200)}`)],
    ["PNG as CSV", "text/csv", png],
    ["nothing as PNG", "image/png", new Uint8Array()],
    ["first bytes of PNG and no more", "image/png", png.slice(0, 8)],
  ];
  return lies.map(([name, type, bytes]) => ({
    ...entry(name, type, bytes),
    stop: "sniff",
    problems: ["wrong_type", "unreadable"],
  }));
}

async function polyglots(): Promise<Hostile[]> {
  const zip = zipSync({ "run.sh": strToU8("echo") });
  const script = strToU8("/*<script>alert(1)</script>*/");
  return [
    { ...entry("PNG and ZIP", "image/png", join(await plainPng(), zip)), stop: "harmless", problems: [] },
    { ...entry("GIF and HTML", "image/gif", join(await plainGif(), script)), stop: "harmless", problems: [] },
    {
      ...entry("JPEG and HTML", "image/jpeg", join(await plainJpeg(), script)),
      stop: "harmless",
      problems: [],
    },
  ];
}

function hostileTables(): Hostile[] {
  const formulas = ['=HYPERLINK("http://x.invalid","name")', "+1+1", "-1+1", "@SUM(A1)", "\t=1+1"]
    .map((cell) => `"${cell.replaceAll('"', '""')}",a@example.org`);
  const table = (rows: string[]) => strToU8(["Name,Email", ...rows].join("\r\n"));
  return [
    { ...entry("CSV with formulas", "text/csv", table(formulas)), stop: "harmless", problems: [] },
    read("CSV with a cell of 10 MB", "text/csv", table([`${"x".repeat(BIG_CELL_BYTES)},b`]), [
      "bomb",
      "unreadable",
    ]),
    read("CSV with a quote that never ends", "text/csv", table(['"never,ends']), [
      "unreadable",
      "nothing_found",
    ]),
    {
      ...entry("CSV with NUL", "text/csv", table(["a\0b,c"])),
      stop: "sniff",
      problems: ["wrong_type", "unreadable"],
    },
    read("CSV with 100,000 columns", "text/csv", strToU8(`${"a,".repeat(100_000)}\n`), [
      "bomb",
      "nothing_found",
    ]),
  ];
}

async function truncated(): Promise<Hostile[]> {
  const list = inventGuestList(new Dice(1), 20);
  const whole: [MediaType, Uint8Array][] = [
    ["image/png", await plainPng()],
    ["image/jpeg", await plainJpeg()],
    ["image/gif", await plainGif()],
    ["image/webp", await plainWebp()],
    ["application/pdf", pdf({ lines: ["a", "b"] })],
    ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", guestWorkbook(list, "xlsx")],
    ["application/vnd.ms-excel", guestWorkbook(list, "biff8")],
    ["text/csv", guestCsv(list)],
  ];
  return whole.map(([type, bytes]) =>
    // Readers may make something of what is left; they must not hang or break.
    read(`truncated ${type}`, type, bytes.slice(0, Math.floor(bytes.length * TRUNCATED_SHARE)), [
      "unreadable",
      "nothing_found",
      "wrong_type",
    ])
  );
}

function read(name: string, mediaType: MediaType, bytes: Uint8Array, problems: DocumentProblem[]): Hostile {
  return { ...entry(name, mediaType, bytes), stop: "read", problems };
}

function entry(name: string, mediaType: MediaType, bytes: Uint8Array) {
  return { name, mediaType, bytes: new Uint8Array(bytes) };
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
