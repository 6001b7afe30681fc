import { turnedBack, unscaled } from "@/lib/ocr/picture/boxes.ts";
import { evenlyLit } from "@/lib/ocr/picture/even_light.ts";
import { type GreyPicture, type Quarters, turn } from "@/lib/ocr/picture/grey.ts";
import type { PrintedLine } from "@/lib/ocr/reading.ts";
import type { OcrEngines } from "@/services/ocr/pictures/engine.ts";
import {
  firstScale,
  type Look,
  LOOKS,
  prepared,
  scaleFor,
  TEXT_PX,
} from "@/services/ocr/print/preparations.ts";

/** How long one may read on. */
export interface Budget {
  /** Ends the reading: what runs rejects. */
  readonly signal: AbortSignal;
  /** No further look begins after this, in milliseconds since 1970; what was read until then counts. */
  readonly deadline: number;
}

/** The words of a page after one look. */
export interface PrintReading {
  /** Boxes are in the picture as it was given, */
  readonly lines: readonly PrintedLine[];
  /** and in the picture as it is upright. */
  readonly upright: readonly PrintedLine[];
}

/** Scattered words: finds text whatever its order, so it tells which way is up. */
const FIRST: Look = { name: "words", segmentation: 11, treat: (picture) => picture };
/** A word that a dictionary or a form may hold: three letters or digits, read surely. */
const SURE_WORD = { chars: 3, confidence: 0.75 };
/** Characters in such words from which a page is taken to be upright. */
const UPRIGHT_CHARS_MIN = 40;
/** Quarters to try in their order: upside down is commoner than on its side. */
const TURNS: readonly Quarters[] = [2, 1, 3];

/**
 * Reads the print of a picture, look by look, however it lies. Stop asking when enough is known. Ends after the last look or at the deadline; at least one reading is given.
 */
export async function* readPrint(
  picture: GreyPicture,
  engines: OcrEngines,
  budget: Budget,
): AsyncGenerator<PrintReading> {
  const first = await readUpright(evenlyLit(picture), engines, budget);
  yield mapped(first, picture);
  const scale = scaleFor((textHeight(first.lines) ?? TEXT_PX) / first.scale, picture);
  for (const look of LOOKS) {
    if (Date.now() >= budget.deadline) return;
    yield mapped(
      await read(first.turned, { look, scale, quarters: first.quarters }, engines, budget),
      picture,
    );
  }
}

interface Reading {
  turned: GreyPicture;
  quarters: Quarters;
  scale: number;
  lines: PrintedLine[];
}

async function readUpright(picture: GreyPicture, engines: OcrEngines, budget: Budget): Promise<Reading> {
  const scale = firstScale(picture);
  let best = await read(picture, { look: FIRST, scale, quarters: 0 }, engines, budget);
  for (const quarters of TURNS) {
    if (sureChars(best.lines) >= UPRIGHT_CHARS_MIN || Date.now() >= budget.deadline) break;
    const other = await read(turn(picture, quarters), { look: FIRST, scale, quarters }, engines, budget);
    if (sureChars(other.lines) > sureChars(best.lines)) best = other;
  }
  return best;
}

async function read(
  turned: GreyPicture,
  { look, scale, quarters }: { look: Look; scale: number; quarters: Quarters },
  engines: OcrEngines,
  { signal }: Budget,
): Promise<Reading> {
  signal.throwIfAborted();
  const png = await prepared(turned, scale, look.treat);
  signal.throwIfAborted();
  const lines = await engines.readPage(png, "eng", look.segmentation);
  signal.throwIfAborted();
  return { turned, quarters, scale, lines };
}

function mapped({ lines, scale, quarters }: Reading, picture: GreyPicture): PrintReading {
  const upright = lines.map((line) => line.map((word) => ({ ...word, box: unscaled(word.box, scale) })));
  const back = upright.map((line) =>
    line.map((word) => ({ ...word, box: turnedBack(word.box, quarters, picture) }))
  );
  return { lines: back, upright };
}

function sureWords(lines: readonly PrintedLine[]) {
  return lines.flat().filter(({ text, confidence }) =>
    confidence >= SURE_WORD.confidence && /^[A-Za-z0-9]/.test(text) && text.length >= SURE_WORD.chars
  );
}

function sureChars(lines: readonly PrintedLine[]): number {
  return sureWords(lines).reduce((sum, { text }) => sum + text.length, 0);
}

/** Of the words that were read surely, the median; undefined where there are none. */
function textHeight(lines: readonly PrintedLine[]): number | undefined {
  const heights = sureWords(lines).map(({ box }) => box.height).sort((a, b) => a - b);
  return heights[Math.floor(heights.length / 2)];
}
