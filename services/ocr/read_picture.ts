import type { KeyObject } from "node:crypto";
import { type CardType, holdsAadhaar } from "@/lib/ocr/cards/recognise.ts";
import { crossCheck } from "@/lib/ocr/cross_check.ts";
import { covered } from "@/lib/ocr/picture/cover.ts";
import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";
import type { Fields, PrintedLine } from "@/lib/ocr/reading.ts";
import type { DocumentType } from "@/lib/upload/document_types.ts";
import { readCard } from "@/services/ocr/cards.ts";
import { type PictureTools, readMrzPage } from "@/services/ocr/mrz_page.ts";
import { type QrCode, readQrCodes } from "@/services/ocr/print/qr_codes.ts";
import { readQr } from "@/services/ocr/qr_fields.ts";

export interface ReadPictureTools extends PictureTools {
  /** Public keys that signed codes of Aadhaar cards are checked with. */
  readonly keys: readonly KeyObject[];
}

export interface PictureRead {
  /** What it turned out to be; where that stays open, what was declared. */
  readonly documentType: DocumentType;
  readonly fields: Fields;
  /** The words of every look, boxes in the picture as given: what must be covered may have been seen in one only. */
  readonly looks: readonly (readonly PrintedLine[])[];
  /** Codes in the picture, to be covered where they tell of a person. */
  readonly codes: readonly QrCode[];
}

const CARD_TYPES: readonly DocumentType[] = ["aadhaar", "pan", "driving_license", "election_card"];
/** What may carry a code that is worth looking for twice. */
const CODED: readonly DocumentType[] = ["aadhaar", "image", "other"];
const PAPER = 255;

/**
 * Reads the picture of one page by what it is said to be, and as something else where it is something else: codes,
 * machine-readable zone, print. What could not be read is not in `fields`.
 */
export async function readPicture(
  picture: GreyPicture,
  declared: DocumentType,
  tools: ReadPictureTools,
): Promise<PictureRead> {
  tools.signal.throwIfAborted();
  const codes = await readQrCodes(picture, { thorough: CODED.includes(declared) });
  const signed = codes.map(({ text }) => readQr(text, tools)).find((fields) => fields !== undefined);
  const isCard = CARD_TYPES.includes(declared) || signed !== undefined;
  // A travel document says so in its zone; a card that was declared as one is looked at as a card first.
  if (!isCard) {
    const printOnly = declared === "passport" || declared === "visa";
    const page = await readMrzPage(picture, tools, { printOnly });
    // Print alone may be that of an Aadhaar card that was said to be a passport.
    const isOther = page?.documentType === undefined && holdsAadhaar(page?.looks ?? []);
    if (page !== undefined && !isOther) {
      return { documentType: page.documentType ?? declared, fields: page.fields, looks: page.looks, codes };
    }
  }
  // Lines of a code are no letters, but look like some.
  const text = covered(picture, codes.map(({ box }) => box), PAPER);
  const declaredCard = signed !== undefined ? "aadhaar" : isCard ? declared as CardType : undefined;
  const { cardType, fields: print, looks } = await readCard(text, declaredCard, {
    ...tools,
    numberOnly: signed !== undefined && Object.values(signed).every(({ needsReview }) => !needsReview),
  });
  const fields = signed === undefined ? print : { ...print, ...crossCheck(signed, { ...tools, print }) };
  if (isCard && Object.keys(fields).length === 0) {
    const page = await readMrzPage(picture, tools, { printOnly: false });
    if (page !== undefined) return { ...page, documentType: page.documentType ?? declared, codes };
  }
  return { documentType: cardType ?? declared, fields, looks, codes };
}
