import type { Dice } from "@/lib/random/dice.ts";
import { page, portrait, text } from "./drawing.ts";
import { mrzSvg } from "./mrz_svg.ts";
import { type MrzFormat, mrzText } from "./mrz_text.ts";
import { passportNumber } from "./numbers.ts";
import { inventPerson, passportDate, type Person } from "./people.ts";
import type { Drawn } from "./specimen.ts";

/** Pixels to a millimetre: 254 dots to the inch. */
const PX_PER_MM = 10;
/** An MRZ stands at ten characters to the inch; its capitals are 2.5 mm high. */
const MRZ_CAP_PX = 25;

/** ICAO Doc 9303 parts 3 and 7: size of the page in millimetres, and what the document is called. */
const FORMS = {
  td1: { width: 85.6, height: 54, title: "IDENTITY CARD", documentType: "other" },
  td2: { width: 105, height: 74, title: "IDENTITY CARD", documentType: "other" },
  td3: { width: 125, height: 88, title: "PASSPORT", documentType: "passport" },
  mrv_a: { width: 120, height: 80, title: "VISA", documentType: "visa" },
  mrv_b: { width: 105, height: 74, title: "VISA", documentType: "visa" },
} as const;

/** A page with a machine-readable zone: printed zone above it, except on the back of a TD1 card. */
export function drawTravelDocument(format: MrzFormat, dice: Dice): Drawn {
  const form = FORMS[format];
  const person = inventPerson(dice);
  const number = passportNumber(dice);
  const lines = mrzText(format, person, number);
  const width = Math.round(form.width * PX_PER_MM), height = Math.round(form.height * PX_PER_MM);
  const zoneTop = height - (lines.length * 64 + 44);
  const print = format === "td1" ? backOfCard() : printedZone(form.title, person, number);
  const svg = page({ width, height, background: "#eef1ea", guilloche: "#d3dbd0" }, [
    ...print,
    `<rect y="${zoneTop - 30}" width="${width}" height="${height - zoneTop + 30}" fill="#f6f6f2"/>`,
    mrzSvg(lines, {
      capHeightPx: MRZ_CAP_PX,
      x: Math.round((width - lines[0]!.length * 25.4) / 2),
      y: zoneTop,
    }),
  ]);
  const country = person.country.replaceAll("<", "");
  return {
    documentType: form.documentType,
    svg,
    truth: {
      surname: person.surname,
      givenNames: person.givenNames,
      documentNumber: number,
      nationality: country,
      issuer: country,
      dateOfBirth: person.dateOfBirth,
      sex: person.sex,
      expiresOn: person.expiresOn,
    },
  };
}

function printedZone(title: string, person: Person, number: string): string[] {
  const code = person.country.replaceAll("<", "");
  const columns: (readonly [number, number, string, string])[] = [
    [360, 110, "Type", title === "VISA" ? "V" : title === "PASSPORT" ? "P" : "I"],
    [520, 110, "Code", code],
    [
      680,
      110,
      `${title === "IDENTITY CARD" ? "Document" : title === "VISA" ? "Visa" : "Passport"} No.`,
      number,
    ],
    [360, 180, "Surname", person.surname],
    [360, 250, "Given Names", person.givenNames],
    [360, 320, "Nationality", code],
    [680, 320, "Sex", person.sex],
    [360, 390, "Date of Birth", passportDate(person.dateOfBirth)],
    [680, 390, "Date of Issue", passportDate(person.issuedOn)],
    [680, 460, "Date of Expiry", passportDate(person.expiresOn)],
  ];
  return [
    text(title, { x: 40, y: 62, capPx: 30, bold: true }),
    portrait(40, 110, 270, 350),
    ...columns.flatMap(([x, y, label, value]) => [
      text(label, { x, y, capPx: 12, colour: "#4a5568" }),
      text(value, { x, y: y + 34, capPx: 21 }),
    ]),
  ];
}

function backOfCard(): string[] {
  return [
    text("This card remains the property of the issuer", { x: 40, y: 60, capPx: 14, colour: "#4a5568" }),
    text("Authority", { x: 40, y: 130, capPx: 12, colour: "#4a5568" }),
    text("OFFICE OF SPECIMENS", { x: 40, y: 165, capPx: 18 }),
  ];
}
