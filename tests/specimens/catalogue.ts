import sharp from "sharp";
import { Dice } from "@/lib/random/dice.ts";
import { aadhaarLetter, drawAadhaar, letterPassword } from "./aadhaar.ts";
import { drawElectionCard, drawLicence, drawPan } from "./indian_cards.ts";
import { pdf } from "./pdf.ts";
import type { Drawn, Specimen } from "./specimen.ts";
import { drawTravelDocument } from "./travel.ts";
import { type Condition, wear } from "./wear.ts";

/** Every kind of page that can be drawn. The same seed draws the same page, but for the signatures of codes. */
export const PAGES = {
  passport: (dice: Dice) => drawTravelDocument("td3", dice),
  visa_a: (dice: Dice) => drawTravelDocument("mrv_a", dice),
  visa_b: (dice: Dice) => drawTravelDocument("mrv_b", dice),
  card_td1: (dice: Dice) => drawTravelDocument("td1", dice),
  card_td2: (dice: Dice) => drawTravelDocument("td2", dice),
  aadhaar: (dice: Dice) => drawAadhaar(dice, { withQr: false }),
  aadhaar_qr: (dice: Dice) => drawAadhaar(dice, { withQr: true }),
  pan: drawPan,
  licence: drawLicence,
  election: drawElectionCard,
} as const;
export type PageKind = keyof typeof PAGES;
export const PAGE_KINDS = Object.keys(PAGES) as PageKind[];

/** Conditions are told apart from what is drawn, so that each seed shows the same page in all of them. */
const WEAR_SEED = 7919;

/** One page as a picture: PNG where it is clean, else JPEG. */
export async function pictureOf(kind: PageKind, condition: Condition, seed: number): Promise<Specimen> {
  const drawn: Drawn = await PAGES[kind](new Dice(seed));
  return {
    name: `${kind} ${condition} ${seed}`,
    documentType: drawn.documentType,
    mediaType: condition === "clean" ? "image/png" : "image/jpeg",
    bytes: await wear(drawn.svg, condition, new Dice(seed * WEAR_SEED)),
    truth: drawn.truth,
    ...(drawn.secret !== undefined && { secret: drawn.secret }),
  };
}

/** The letter of an Aadhaar number as a PDF with text; with `locked`, its password opens it. */
export function letterPdf(seed: number, { locked }: { locked: boolean }): Specimen & { password: string } {
  const { lines, person, truth, secret } = aadhaarLetter(new Dice(seed));
  const password = letterPassword(person);
  return {
    name: `letter ${locked ? "locked" : "open"} ${seed}`,
    documentType: "aadhaar",
    mediaType: "application/pdf",
    bytes: pdf({ lines, ...(locked && { password }) }),
    truth,
    secret,
    password,
  };
}

/** A page scanned into a PDF: no text in it, only the picture. */
export async function scannedPdf(kind: PageKind, condition: Condition, seed: number): Promise<Specimen> {
  const picture = await pictureOf(kind, condition, seed);
  const { data, info } = await sharp(picture.bytes).flatten({ background: "#fff" }).greyscale().toColourspace(
    "b-w",
  )
    .jpeg({ quality: 80 }).toBuffer({ resolveWithObject: true });
  const jpeg = {
    bytes: new Uint8Array(data),
    width: info.width,
    height: info.height,
    grey: info.channels === 1,
  };
  return { ...picture, name: `${picture.name} as PDF`, mediaType: "application/pdf", bytes: pdf({ jpeg }) };
}
