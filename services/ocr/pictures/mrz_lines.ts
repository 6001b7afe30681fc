import type { GreyPicture, Quarters } from "@/lib/ocr/picture/grey.ts";
import { turn } from "@/lib/ocr/picture/grey.ts";
import type { MrzBand } from "@/lib/ocr/picture/mrz_band.ts";
import { findMrzBands } from "@/lib/ocr/picture/mrz_band.ts";
import { stripOf } from "@/lib/ocr/picture/strip.ts";
import type { MrzLine } from "@/lib/ocr/reading.ts";
import type { LineReading, OcrEngines } from "@/services/ocr/pictures/engine.ts";
import { pngOf } from "@/services/ocr/pictures/picture.ts";

/** Tesseract's segmentation modes: a line as it is, and one that Tesseract frames itself. */
const RAW_LINE = 13;
const SINGLE_LINE = 7;
/** Paper left around a line, in heights of a capital: the middle of what the model was trained with. */
const MARGINS = { beside: 0.45, above: 0.22 };
/** Another look: a character that is there is there in both. */
const OTHER_MARGINS = { beside: 0.7, above: 0.3 };
/** Blurs read below this. Letters upside down do not: that no filler is among them gives them away. */
const SURE_MIN = 0.75;
/** Below this not even a person finds letters. */
const DOUBTFUL_MIN = 0.4;
const LINE_LENGTHS = [30, 36, 44];
/** No line that is whole is shorter, even with some characters lost. */
const LENGTH_MIN = 26;
/** A zone is at least two of the shortest lines, a score counts the characters that stand evenly. */
const CERTAIN_SCORE = 55;
const BANDS_TRIED_MAX = 3;

/**
 * The lines of the machine-readable zone in a picture, top to bottom, as read and not repaired, whichever way the
 * page lies; undefined where no zone was found.
 */
export async function readMrzLines(
  picture: GreyPicture,
  engines: OcrEngines,
): Promise<MrzLine[] | undefined> {
  const readings: BandReading[] = [];
  for (const { turned, band } of placesOf(picture)) {
    const upright = await readBand(turned, band, engines);
    if (isZone(upright)) return upright.lines;
    // Rows look alike from below: only reading tells which way is up.
    const below = turn(turned, 2);
    const reversed = await readBand(below, upsideDown(band, below), engines);
    if (isZone(reversed)) return reversed.lines;
    readings.push(upright, reversed);
  }
  // None is sure: the surest that has the looks of a zone is for a person to judge.
  return readings.sort((a, b) => b.sureness - a.sureness).find((reading) => isZone(reading, DOUBTFUL_MIN))
    ?.lines;
}

interface BandReading {
  lines: MrzLine[];
  /** Mean confidence of all characters as first read. */
  sureness: number;
}

interface Place {
  turned: GreyPicture;
  band: MrzBand;
}

/** Where a zone may be, the likeliest first, in the picture as it lies and a quarter turned. */
function placesOf(picture: GreyPicture): Place[] {
  const places: Place[] = [];
  for (const quarters of [0, 1] satisfies Quarters[]) {
    const turned = turn(picture, quarters);
    for (const band of findMrzBands(turned)) places.push({ turned, band });
    if (places.some(({ band }) => band.score >= CERTAIN_SCORE)) break;
  }
  return places.sort((a, b) => b.band.score - a.band.score).slice(0, BANDS_TRIED_MAX);
}

/** The same rows in the picture turned by half. */
function upsideDown({ rows, score }: MrzBand, { width, height }: GreyPicture): MrzBand {
  const turned = rows.map(({ curve, left, right, ...size }) => ({
    ...size,
    curve: {
      x0: width - 1 - curve.x0,
      level: height - 1 - curve.level,
      slope: curve.slope,
      bend: -curve.bend,
    },
    left: width - 1 - right,
    right: width - 1 - left,
  }));
  return { rows: turned.reverse(), score };
}

async function readBand(picture: GreyPicture, band: MrzBand, engines: OcrEngines): Promise<BandReading> {
  let sureness = 0;
  const lines: MrzLine[] = [];
  for (const row of band.rows) {
    const first = await pngOf(stripOf(picture, row, MARGINS));
    const second = await pngOf(stripOf(picture, row, OTHER_MARGINS));
    const readings = [
      await engines.readLine(first, "ocrb", RAW_LINE),
      await engines.readLine(second, "ocrb", RAW_LINE),
    ];
    if (cleaned(readings[0]!.text) !== cleaned(readings[1]!.text)) {
      readings.push(await engines.readLine(first, "ocrb", SINGLE_LINE));
    }
    lines.push(lineOf(readings));
    sureness += meanOf(readings[0]!) / band.rows.length;
  }
  return { lines, sureness };
}

/**
 * What most readings say; among equals one of a line's length before one that lost or split a character, then the
 * surer. Its confidence is the mean of its characters', times the share of readings that say so.
 */
function lineOf(readings: readonly LineReading[]): MrzLine {
  const texts = readings.map(({ text }) => cleaned(text));
  const votes = (text: string) => texts.filter((other) => other === text).length;
  const ranked = readings.map((reading, i) => ({ text: texts[i]!, mean: meanOf(reading) }))
    .sort((a, b) =>
      votes(b.text) - votes(a.text) || Number(isLength(b.text)) - Number(isLength(a.text)) || b.mean - a.mean
    );
  const { text, mean } = ranked[0]!;
  const others = new Set(texts.filter((other) => other !== text && other !== ""));
  return { text, confidence: mean * votes(text) / texts.length, alternatives: [...others] };
}

function isLength(text: string): boolean {
  return LINE_LENGTHS.includes(text.length);
}

/** Two lines at least that are long enough, and two fillers in a row: they part the names, and `<` has no twin below. */
function isZone({ lines, sureness }: BandReading, surenessMin = SURE_MIN): boolean {
  const long = lines.filter(({ text }) => text.length >= LENGTH_MIN);
  return long.length >= 2 && sureness >= surenessMin && lines.some(({ text }) => text.includes("<<"));
}

function meanOf({ confidences }: LineReading): number {
  return confidences.reduce((sum, confidence) => sum + confidence, 0) / Math.max(1, confidences.length);
}

function cleaned(text: string): string {
  return text.replaceAll(/[^A-Z0-9<]/g, "");
}
