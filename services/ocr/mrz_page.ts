import { alone, confirmed } from "@/lib/ocr/confirmed.ts";
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
  /** Of the zone, compared with the print; without a zone what the print says, all of it to be looked at. */
  readonly fields: Fields;
  /** The words of every look at the print, boxes in the picture as given. */
  readonly looks: readonly (readonly PrintedLine[])[];
}

/** What the print must say before no further look is taken. */
const CROSS_CHECKED = ["surname", "givenNames", "documentNumber", "dateOfBirth"] as const;
/** Looks at the print of a page whose zone was read: it is only there to agree. */
const LOOKS_BESIDE_ZONE_MAX = 3;

/**
 * Reads a travel document: the zone first, then the print for comparison. undefined: there is no zone; with
 * `printOnly`, neither zone nor print.
 */
export async function readMrzPage(
  picture: GreyPicture,
  tools: PictureTools,
  { printOnly }: { printOnly: boolean },
): Promise<MrzPage | undefined> {
  const { engines, today, signal } = tools;
  signal.throwIfAborted();
  const lines = await readMrzLines(picture, engines);
  signal.throwIfAborted();
  const zone = lines === undefined ? undefined : readMrz(lines, { today });
  if (zone === undefined && !printOnly) return undefined;
  const mrz = zone?.fields ?? {};
  const hasPrint = zone?.format !== "TD1";
  const { print, looks } = hasPrint ? await readPrintBeside(picture, mrz, tools) : { print: {}, looks: [] };
  if (zone !== undefined) {
    return { documentType: zone.documentType, fields: confirmed(mrz, { print, hasPrint, today }), looks };
  }
  return Object.keys(print).length === 0
    ? undefined
    : { documentType: undefined, fields: alone(print), looks };
}

async function readPrintBeside(picture: GreyPicture, mrz: Fields, tools: PictureTools) {
  const hasZone = Object.keys(mrz).length > 0;
  const looks: (readonly PrintedLine[])[] = [];
  const upright: (readonly PrintedLine[])[] = [];
  let print: Fields = {};
  for await (const look of readPrint(picture, tools.engines, tools)) {
    looks.push(look.lines);
    upright.push(look.upright);
    print = readPrintZone(upright, { today: tools.today, mrz });
    if (hasZone && (looks.length >= LOOKS_BESIDE_ZONE_MAX || agrees(print, mrz))) break;
  }
  return { print, looks };
}

function agrees(print: Fields, mrz: Fields): boolean {
  return CROSS_CHECKED.every((name) => print[name]?.value === mrz[name]?.value);
}
