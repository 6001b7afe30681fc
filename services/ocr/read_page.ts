import { Buffer } from "node:buffer";
import { findAadhaarNumbers } from "@/lib/ocr/cards/aadhaar_numbers.ts";
import { type CardType, holdsAadhaar, readCard, recogniseCard } from "@/lib/ocr/cards/recognise.ts";
import { crossCheck } from "@/lib/ocr/cross_check.ts";
import { holdsAadhaarNumber } from "@/lib/ocr/mask.ts";
import type { ReadRequest } from "@/lib/ocr/read_request.ts";
import type { Box, Fields, PrintedLine } from "@/lib/ocr/reading.ts";
import type { DocumentProblem, DocumentType } from "@/lib/upload/document_types.ts";
import { TEXT_CHARS_MIN } from "@/services/ocr/open/limits.ts";
import type { OpenedPage } from "@/services/ocr/open/opened.ts";
import { openPicture } from "@/services/ocr/pictures/picture.ts";
import { type QrCode, readQrCodes } from "@/services/ocr/print/qr_codes.ts";
import { readPicture, type ReadPictureTools } from "@/services/ocr/read_picture.ts";

/** What one page says. */
export interface PageReading {
  /** What it turned out to be; where that stays open, what was declared. */
  readonly documentType: DocumentType;
  /** Is there an Aadhaar card on it, or only its number, among whatever else? */
  readonly isAadhaar: boolean;
  readonly fields: Fields;
  readonly picture: Uint8Array;
  readonly codes: readonly QrCode[];
  /** Where digits of Aadhaar numbers stand, in pixels of the upright picture. */
  readonly numbers: readonly Box[];
}

const CARDS: readonly DocumentType[] = ["aadhaar", "pan", "driving_license", "election_card"];
const NO_BOX: Box = { left: 0, top: 0, width: 0, height: 0 };

/** Reads one page: its text where that is of a card, else its picture. A problem: the picture cannot be opened. */
export async function readPage(
  page: OpenedPage,
  request: ReadRequest,
  tools: ReadPictureTools,
): Promise<PageReading | DocumentProblem> {
  const picture = await page.picture();
  const grey = await openPicture(Buffer.from(picture));
  if (typeof grey === "string") return grey;
  const { guest, today, documentType: declared } = request;
  const text = page.text.length >= TEXT_CHARS_MIN ? readText(page.text, request) : undefined;
  const found = text === undefined
    ? await readPicture(grey, declared, tools)
    : { ...text, looks: [], codes: await readQrCodes(grey, { thorough: true }) };
  const { documentType, fields, looks, codes } = found;
  const isAadhaar = documentType === "aadhaar" || holdsAadhaar(looks) || holdsAadhaarNumber(page.text);
  const compared = guest === null ? fields : crossCheck(fields, { guest, today });
  return { documentType, isAadhaar, fields: compared, picture, codes, numbers: numbersOf(looks) };
}

/** undefined: the text is of no card, and the picture may say more. */
function readText(
  text: string,
  { documentType, today }: ReadRequest,
): { documentType: DocumentType; fields: Fields } | undefined {
  const lines: PrintedLine[] = text.split(/\r?\n/).map((line) => {
    return line.split(/\s+/).filter(Boolean).map((word) => ({ text: word, confidence: 1, box: NO_BOX }));
  });
  const declared = CARDS.includes(documentType) ? documentType as CardType : undefined;
  const cardType = recogniseCard([lines]) ?? declared;
  if (cardType === undefined) return undefined;
  const fields = Object.fromEntries(
    Object.entries(readCard(cardType, [lines], { today })).map(([name, field]) => {
      return [name, { ...field, source: "pdf_text" }];
    }),
  ) as Fields;
  return Object.keys(fields).length === 0 ? undefined : { documentType: cardType, fields };
}

/** Where digits of Aadhaar numbers stand, as any look saw them. */
export function numbersOf(looks: readonly (readonly PrintedLine[])[]): Box[] {
  return looks.flatMap((lines) => findAadhaarNumbers(lines).flatMap(({ mask }) => mask));
}
