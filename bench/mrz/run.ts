import { parseArgs } from "node:util";
import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";
import { findMrzBands } from "@/lib/ocr/picture/mrz_band.ts";
import { stripOf } from "@/lib/ocr/picture/strip.ts";
import { OcrEngines } from "@/services/ocr/pictures/engine.ts";
import { readMrzLines } from "@/services/ocr/pictures/mrz_lines.ts";
import { openPicture, pngOf } from "@/services/ocr/pictures/picture.ts";
import { mrzPicture, type MrzSet } from "@/tests/specimens/mrz_pictures.ts";
import { printTable, show } from "../common/table.ts";

const USAGE = "deno task bench mrz [--count=40] [--first=100] [--show]";
const BAD_USAGE = 2;
const SETS: readonly MrzSet[] = ["clean", "degraded", "hard"];
const STRIP = { beside: 0.45, above: 0.22 };
/** Shorter lines of a whole page are print, not the zone. */
const ZONE_LINE_MIN = 24;

type Reader = (picture: GreyPicture, engines: OcrEngines, lines: number) => Promise<string[]>;

const READERS: Readonly<Record<string, Reader>> = {
  "own model, own lines": async (picture, engines) =>
    (await readMrzLines(picture, engines) ?? []).map(({ text }) => text),
  "eng, own lines": async (picture, engines) => {
    const rows = findMrzBands(picture)[0]?.rows ?? [];
    const lines: string[] = [];
    for (const row of rows) {
      lines.push(ofZone((await engines.readLine(await pngOf(stripOf(picture, row, STRIP)), "eng", 7)).text));
    }
    return lines;
  },
  "eng, whole picture": (picture, engines, lines) => wholePicture(picture, engines, { model: "eng", lines }),
  "own model, whole picture": (picture, engines, lines) =>
    wholePicture(picture, engines, { model: "ocrb", lines }),
};

interface Tally {
  exact: number;
  wrong: number;
  characters: number;
  ms: number;
}

/** Reads the same pictures with each model and each way to cut lines. Answers the exit code. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      count: { type: "string", default: "40" },
      // From 100 on: the tests look at those below.
      first: { type: "string", default: "100" },
      show: { type: "boolean", default: false },
    },
  });
  const count = Number(values.count), first = Number(values.first);
  if (!(count > 0) || !(first >= 0)) {
    console.error(USAGE);
    return BAD_USAGE;
  }
  const engines = new OcrEngines();
  // Engines start, code is compiled: not part of any figure.
  for (const reader of Object.values(READERS)) {
    await readSet(reader, engines, { set: "clean", first: 0, count: 1, show: false });
  }
  const rows: string[][] = [];
  for (const [name, reader] of Object.entries(READERS)) {
    const tallies: Tally[] = [];
    for (const set of SETS) {
      tallies.push(await readSet(reader, engines, { set, first, count, show: values.show }));
    }
    rows.push([name, ...tallies.flatMap(cells)]);
  }
  await engines.close();
  const columns = SETS.flatMap((set) => [set, "wrong %", "ms"]);
  const about =
    "exact zones of those drawn, share of characters that are wrong, mean milliseconds a picture, opening it not counted";
  printTable(`Machine-readable zones, ${count} of each set`, about, ["reader", ...columns], rows);
  return 0;
}

interface Portion {
  set: MrzSet;
  first: number;
  count: number;
  show: boolean;
}

async function readSet(reader: Reader, engines: OcrEngines, portion: Portion): Promise<Tally> {
  const tally = { exact: 0, wrong: 0, characters: 0, ms: 0 };
  for (let i = portion.first; i < portion.first + portion.count; i++) {
    const drawn = await mrzPicture(portion.set, i);
    const picture = await openPicture(drawn.content);
    if (typeof picture === "string") throw new Error(`Picture ${i} of ${portion.set} is ${picture}`);
    const from = performance.now();
    const read = await reader(picture, engines, drawn.lines.length);
    tally.ms += performance.now() - from;
    const wrong = drawn.lines.reduce((sum, line, row) => sum + distance(line, read[row] ?? ""), 0);
    tally.exact += Number(wrong === 0 && read.length === drawn.lines.length);
    tally.wrong += wrong;
    tally.characters += drawn.lines.join("").length;
    if (portion.show && wrong > 0) {
      console.log([portion.set, i, ...drawn.lines, "read as", ...read].join("\n  "));
    }
  }
  return { ...tally, ms: tally.ms / portion.count };
}

/** Tesseract cuts the lines: the last ones that are long enough. */
async function wholePicture(
  picture: GreyPicture,
  engines: OcrEngines,
  { model, lines }: { model: "eng" | "ocrb"; lines: number },
): Promise<string[]> {
  const read = await engines.readPage(await pngOf(picture), model, 6);
  const texts = read.map((words) => ofZone(words.map(({ text }) => text).join("")));
  return texts.filter((text) => text.length >= ZONE_LINE_MIN).slice(-lines);
}

/** What a model that knows all of English has to say, held against an alphabet of 37. */
function ofZone(text: string): string {
  return text.toUpperCase().replaceAll("«", "<<").replaceAll(/[^A-Z0-9<]/g, "");
}

function cells({ exact, wrong, characters, ms }: Tally): string[] {
  return [String(exact), show(100 * wrong / characters), show(ms)];
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1])));
    }
    row = next;
  }
  return row.at(-1)!;
}
