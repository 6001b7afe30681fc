import { Buffer } from "node:buffer";
import { createPublicKey } from "node:crypto";
import { readLetterQr } from "@/lib/ocr/aadhaar_qr.ts";
import { findAadhaarNumbers } from "@/lib/ocr/cards/aadhaar_numbers.ts";
import { type CardType, readCard as readLines, recogniseCard } from "@/lib/ocr/cards/recognise.ts";
import { crossCheck } from "@/lib/ocr/cross_check.ts";
import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";
import type { ReadRequest } from "@/lib/ocr/read_request.ts";
import type { Box, Fields, PrintedLine } from "@/lib/ocr/reading.ts";
import type { DocumentProblem, DocumentType } from "@/lib/upload/document_types.ts";
import { readCard } from "@/services/ocr/cards.ts";
import { type PictureTools, readMrzPage } from "@/services/ocr/mrz_page.ts";
import { TEXT_CHARS_MIN } from "@/services/ocr/open/limits.ts";
import type { OpenedPage } from "@/services/ocr/open/opened.ts";
import { type QrCode, readQrCodes } from "@/services/ocr/print/qr_codes.ts";
import { openPicture } from "@/services/ocr/pictures/picture.ts";
import { readSecureQr } from "@/services/ocr/secure_qr.ts";

/** What one page says. */
export interface PageReading {
  /** What it turned out to be; undefined: that stays open. */
  readonly documentType: DocumentType | undefined;
  readonly fields: Fields;
  readonly picture: Uint8Array;
  readonly grey: GreyPicture;
  readonly codes: readonly QrCode[];
  /** Where digits of Aadhaar numbers stand. */
  readonly numbers: readonly Box[];
}

const CARDS: readonly DocumentType[] = ["aadhaar", "pan", "driving_license", "election_card"];
const NO_BOX: Box = { left: 0, top: 0, width: 0, height: 0 };

/** Reads one page: its text where it has any, else its picture. A problem: the picture cannot be opened. */
export async function readPage(
  page: OpenedPage,
  request: ReadRequest,
  tools: PictureTools,
): Promise<PageReading | DocumentProblem> {
  const picture = await page.picture();
  const grey = await openPicture(Buffer.from(picture));
  if (typeof grey === "string") return grey;
  const text = page.text.length >= TEXT_CHARS_MIN ? readText(page.text, request) : undefined;
  const found = text ?? await readPicture(grey, request, tools);
  const codes = await readQrCodes(grey);
  const coded = readCodes(codes, request);
  return { ...(coded === undefined ? found : withCode(found, coded, request)), codes, picture, grey };
}

/** A code says what the print says, in full; print is for what it leaves out, and to agree with it. */
function withCode(found: Found, coded: Fields, { guest, today }: ReadRequest): Found {
  const print = found.documentType === "aadhaar" ? found.fields : {};
  const fields = crossCheck(coded, { ...(guest && { guest }), print, today });
  return { documentType: "aadhaar", fields: { ...print, ...fields }, numbers: found.numbers };
}

type Found = Pick<PageReading, "documentType" | "fields" | "numbers">;

/** undefined: the text is of no card, and the picture may say more. */
function readText(text: string, { documentType, guest, today }: ReadRequest): Found | undefined {
  const lines: PrintedLine[] = text.split(/\r?\n/).map((line) => {
    return line.split(/\s+/).filter(Boolean).map((word) => ({ text: word, confidence: 1, box: NO_BOX }));
  });
  const cardType = recogniseCard([lines]) ?? cardOf(documentType);
  if (cardType === undefined) return undefined;
  const fields = mapFields(
    readLines(cardType, [lines], { today }),
    (field) => ({ ...field, source: "pdf_text" }),
  );
  if (Object.keys(fields).length === 0) return undefined;
  const checked = crossCheck(fields, { ...(guest && { guest }), today });
  return { documentType: cardType, fields: checked, numbers: [] };
}

async function readPicture(grey: GreyPicture, request: ReadRequest, tools: PictureTools): Promise<Found> {
  const { documentType, guest, today } = request;
  const declared = cardOf(documentType);
  const context = { ...(guest && { guest }), today };
  if (declared === undefined) {
    const page = await readMrzPage(grey, tools);
    if (page?.documentType !== undefined) {
      const fields = crossCheck(page.mrz, { ...context, print: page.print });
      return { documentType: travelType(documentType, page.documentType), fields, numbers: [] };
    }
    const card = await readCard(grey, undefined, tools);
    if (card.cardType !== undefined) return ofCard(card, card.cardType, context);
    // Print of a travel document whose zone could not be read.
    const fields = page === undefined ? {} : crossCheck(page.print, context);
    return {
      documentType: undefined,
      fields: documentType === "passport" || documentType === "visa" ? fields : {},
      numbers: [],
    };
  }
  const card = await readCard(grey, declared, tools);
  return ofCard(card, card.cardType ?? declared, context);
}

/** What the codes of a picture say, signed ones before printed ones; undefined: there is no code of a card. */
function readCodes(codes: readonly QrCode[], { today, aadhaarKeys }: ReadRequest): Fields | undefined {
  const keys = aadhaarKeys.map((pem) => createPublicKey(pem));
  for (const { text } of codes) {
    const fields = readSecureQr(text, { keys, today }) ?? readLetterQr(text, { today });
    if (fields !== undefined) return fields;
  }
  return undefined;
}

function ofCard(
  { fields, looks }: Awaited<ReturnType<typeof readCard>>,
  cardType: CardType,
  context: Parameters<typeof crossCheck>[1],
): Found {
  return { documentType: cardType, fields: crossCheck(fields, context), numbers: numbersOf(looks) };
}

/** Where digits of Aadhaar numbers stand, as any look saw them. */
export function numbersOf(looks: readonly (readonly PrintedLine[])[]): Box[] {
  return looks.flatMap((lines) => findAadhaarNumbers(lines).flatMap(({ mask }) => mask));
}

/** An identity card with a zone is called what it was said to be. */
function travelType(declared: DocumentType, found: "passport" | "visa" | "other"): DocumentType {
  return found === "other" ? declared : found;
}

function cardOf(documentType: DocumentType): CardType | undefined {
  return CARDS.includes(documentType) ? documentType as CardType : undefined;
}

function mapFields(fields: Fields, change: (field: NonNullable<Fields[keyof Fields]>) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, change(field)])) as Fields;
}
