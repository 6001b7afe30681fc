import { readMrz } from "@/lib/ocr/mrz/read_mrz.ts";
import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";
import { readPrintZone } from "@/lib/ocr/print_zone.ts";
import type { Fields, PrintedLine } from "@/lib/ocr/reading.ts";
import type { DocumentType } from "@/lib/upload/document_types.ts";
import type { OcrEngines } from "@/services/ocr/pictures/engine.ts";
import { readMrzLines } from "@/services/ocr/pictures/mrz_lines.ts";
import { type Budget, readPrint } from "@/services/ocr/print/readings.ts";

/** What readers of pictures work with. */
export interface PictureTools extends Budget {
  readonly engines: OcrEngines;
  /** `YYYY-MM-DD`; settles centuries. */
  readonly today: string;
}

export interface MrzPage {
  /** undefined: there was no machine-readable zone, only print. */
  readonly documentType: Extract<DocumentType, "passport" | "visa" | "other"> | undefined;
  /** Of the zone; where there is none, empty. */
  readonly mrz: Fields;
  /** Of the printed part above it. */
  readonly print: Fields;
}

/** What the print must say before no further look is taken. */
const CROSS_CHECKED = ["surname", "documentNumber", "dateOfBirth"] as const;
/** Looks at the print of a page whose zone was read: it is only there to agree. */
const LOOKS_BESIDE_ZONE_MAX = 3;

/**
 * Reads a travel document: the zone first, then the print for comparison. undefined: neither was found, which is what
 * the back of a card looks like too when its zone cannot be read.
 */
export async function readMrzPage(picture: GreyPicture, tools: PictureTools): Promise<MrzPage | undefined> {
  const { engines, today, signal } = tools;
  signal.throwIfAborted();
  const lines = await readMrzLines(picture, engines);
  signal.throwIfAborted();
  const zone = lines === undefined ? undefined : readMrz(lines, { today });
  const mrz = zone?.fields ?? {};
  const looksMax = zone === undefined ? Infinity : LOOKS_BESIDE_ZONE_MAX;
  const readings: (readonly PrintedLine[])[] = [];
  let print: Fields = {};
  for await (const { upright } of readPrint(picture, engines, tools)) {
    readings.push(upright);
    print = readPrintZone(readings, { today, mrz });
    if (readings.length >= looksMax || agrees(print, mrz)) break;
  }
  if (zone === undefined && Object.keys(print).length === 0) return undefined;
  return { documentType: zone?.documentType, mrz, print };
}

function agrees(print: Fields, mrz: Fields): boolean {
  return CROSS_CHECKED.every((name) => print[name] !== undefined && print[name].value === mrz[name]?.value);
}
