import { type CardType, readCard as fieldsOf, recogniseCard } from "@/lib/ocr/cards/recognise.ts";
import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";
import type { FieldName, Fields, PrintedLine } from "@/lib/ocr/reading.ts";
import type { PictureTools } from "@/services/ocr/mrz_page.ts";
import { readPrint } from "@/services/ocr/print/readings.ts";

/** A card as its print says. */
export interface CardPrint {
  /** What it turned out to be; undefined: no card that can be read. */
  readonly cardType: CardType | undefined;
  readonly fields: Fields;
  /** The words of every look, boxes in the picture as given: what must be covered may have been seen in one only. */
  readonly looks: readonly (readonly PrintedLine[])[];
}

/** What a card must give, sure and agreed on, before no further look is taken. */
const WANTED: Readonly<Record<CardType, readonly FieldName[]>> = {
  aadhaar: ["documentNumber", "name", "dateOfBirth", "sex"],
  pan: ["documentNumber", "name", "fatherName", "dateOfBirth"],
  driving_license: ["documentNumber", "name", "dateOfBirth", "expiresOn"],
  election_card: ["documentNumber", "name", "dateOfBirth", "sex"],
};
/** A single look agrees with nothing. */
const LOOKS_MIN = 2;
/** That of a driving licence has no check digit and always asks for a person, so no further look settles it. */
const NUMBER: readonly FieldName[] = ["documentNumber"];

export interface CardTools extends PictureTools {
  /** A signed code has told the rest: print need only show where the number stands. */
  readonly numberOnly?: boolean;
}

/** Reads a card with print on it. `declared`: what it is said to be; where its words say otherwise, they are right. */
export async function readCard(
  picture: GreyPicture,
  declared: CardType | undefined,
  tools: CardTools,
): Promise<CardPrint> {
  const looks: (readonly PrintedLine[])[] = [];
  const upright: (readonly PrintedLine[])[] = [];
  let cardType = declared;
  let fields: Fields = {};
  for await (const look of readPrint(picture, tools.engines, tools)) {
    looks.push(look.lines);
    upright.push(look.upright);
    cardType = recogniseCard(upright) ?? declared;
    fields = cardType === undefined ? {} : fieldsOf(cardType, upright, tools);
    const wanted = cardType === undefined ? [] : tools.numberOnly ? NUMBER : WANTED[cardType];
    if (looks.length >= LOOKS_MIN && cardType !== undefined && isEnough(cardType, wanted, fields)) break;
  }
  return { cardType, fields, looks };
}

function isEnough(cardType: CardType, wanted: readonly FieldName[], fields: Fields): boolean {
  return wanted.every((name) => {
    const reading = fields[name];
    if (reading === undefined) return false;
    const isSettled = cardType === "driving_license" && NUMBER.includes(name) &&
      reading.checks.every(({ ok }) => ok);
    return isSettled || !reading.needsReview;
  });
}
