import type { GreyPicture, Quarters } from "@/lib/ocr/picture/grey.ts";
import { turn } from "@/lib/ocr/picture/grey.ts";
import type { MrzBand } from "@/lib/ocr/picture/mrz_band.ts";
import { findMrzBands } from "@/lib/ocr/picture/mrz_band.ts";
import { stripOf } from "@/lib/ocr/picture/strip.ts";
import type { MrzLine } from "@/lib/ocr/reading.ts";
import type { LineReading, OcrEngines } from "@/services/ocr/pictures/engine.ts";
import { pngOf } from "@/services/ocr/pictures/picture.ts";

const RAW_LINE = 13;
const SINGLE_LINE = 7;
/** Paper left around a line, in heights of a capital: the middle of what the model was trained with. */
const MARGINS = { beside: 0.45, above: 0.22 };
/** Closer to the characters: what another look may see. */
const OTHER_MARGINS = { beside: 0.2, above: 0.12 };
/** Upright zones read well above this, upside down or no zone well below. */
const CONFIDENCE_MIN = 0.6;
/** Where a character is less sure than this, or the length is no line's, the line is looked at again. */
const SURE_MIN = 0.9;
const LINE_LENGTHS = [30, 36, 44];
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
  let best: MrzLine[] | undefined;
  for (const { turned, band } of placesOf(picture)) {
    const upright = await readBand(turned, band, engines);
    if (isZone(upright)) return upright;
    // Rows look alike from below: only reading tells which way is up.
    const below = turn(turned, 2);
    const reversed = await readBand(below, upsideDown(band, below), engines);
    if (isZone(reversed)) return reversed;
    for (const lines of [upright, reversed]) {
      if (isZone(lines, CONFIDENCE_MIN / 2) && sureness(lines) > sureness(best ?? [])) best = lines;
    }
  }
  return best;
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

async function readBand(picture: GreyPicture, band: MrzBand, engines: OcrEngines): Promise<MrzLine[]> {
  const lines: MrzLine[] = [];
  for (const row of band.rows) {
    const png = await pngOf(stripOf(picture, row, MARGINS));
    const first = await engines.readLine(png, "ocrb", RAW_LINE);
    const readings = [first];
    if (!isSure(first)) {
      readings.push(await engines.readLine(png, "ocrb", SINGLE_LINE));
      const closer = await pngOf(stripOf(picture, row, OTHER_MARGINS));
      readings.push(await engines.readLine(closer, "ocrb", RAW_LINE));
    }
    lines.push(lineOf(readings));
  }
  return lines;
}

/** A reading of a line's length is better than a surer one that lost or split a character. */
function lineOf(readings: readonly LineReading[]): MrzLine {
  const ranked = readings.map((reading) => ({ text: cleaned(reading.text), confidence: meanOf(reading) }))
    .sort((a, b) => Number(isLength(b.text)) - Number(isLength(a.text)) || b.confidence - a.confidence);
  const [{ text, confidence }] = ranked as [{ text: string; confidence: number }];
  const others = new Set(ranked.map((other) => other.text).filter((other) => other !== text && other !== ""));
  return { text, confidence, alternatives: [...others] };
}

function isSure({ text, confidences }: LineReading): boolean {
  return isLength(cleaned(text)) && confidences.every((confidence) => confidence >= SURE_MIN);
}

function isLength(text: string): boolean {
  return LINE_LENGTHS.includes(text.length);
}

/** Two lines at least that are long enough and sure, and a filler somewhere: names end in them. */
function isZone(lines: readonly MrzLine[], confidenceMin = CONFIDENCE_MIN): boolean {
  const long = lines.filter(({ text }) => text.length >= LINE_LENGTHS[0]! - 4);
  return long.length >= 2 && sureness(lines) >= confidenceMin &&
    lines.some(({ text }) => text.includes("<<"));
}

function sureness(lines: readonly MrzLine[]): number {
  return lines.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(1, lines.length);
}

function meanOf({ confidences }: LineReading): number {
  return confidences.reduce((sum, confidence) => sum + confidence, 0) / Math.max(1, confidences.length);
}

function cleaned(text: string): string {
  return text.replaceAll(/[^A-Z0-9<]/g, "");
}
