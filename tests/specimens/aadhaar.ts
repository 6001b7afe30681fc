import type { Dice } from "@/lib/random/dice.ts";
import { page, portrait, text } from "./drawing.ts";
import { CARD } from "./indian_cards.ts";
import { aadhaarNumber, verhoeffDigit } from "./numbers.ts";
import { fullName, indianDate, inventPerson, type Person } from "./people.ts";
import { qrSvg, secureQrText } from "./secure_qr.ts";
import type { Drawn, Truth } from "./specimen.ts";

/** Front of a card; `withQr` the newer kind that carries a signed code. */
export async function drawAadhaar(dice: Dice, { withQr }: { withQr: boolean }): Promise<Drawn> {
  const person = inventPerson(dice, "IND");
  const number = aadhaarNumber(dice);
  const code = withQr ? await qrSvg(secureQrText(person, number, dice), { x: 600, y: 120, size: 400 }) : "";
  const right = withQr ? 200 : 290;
  const svg = page({ ...CARD, background: "#fbfaf7" }, [
    `<rect width="${CARD.width}" height="90" fill="#f5e3cd"/>`,
    text("Government of India", { x: 300, y: 60, capPx: 26, bold: true }),
    portrait(40, 130, withQr ? 140 : 210, withQr ? 180 : 260),
    text(fullName(person), { x: right, y: 170, capPx: withQr ? 19 : 24 }),
    text(`DOB: ${indianDate(person.dateOfBirth)}`, { x: right, y: 225, capPx: withQr ? 19 : 24 }),
    text(person.sex === "M" ? "MALE" : "FEMALE", { x: right, y: 280, capPx: withQr ? 19 : 24 }),
    code,
    text(groups(number), { x: withQr ? 90 : 290, y: 500, capPx: 36, bold: true }),
    text(`VID : ${groups(virtualId(dice))}`, { x: withQr ? 90 : 290, y: 560, capPx: 19 }),
    `<rect y="590" width="${CARD.width}" height="5" fill="#b8432f"/>`,
  ]);
  return { documentType: "aadhaar", svg, truth: truthOf(person, number), secret: number };
}

/** The letter that comes as a PDF, line by line, and who it is about. */
export function aadhaarLetter(dice: Dice): { lines: string[]; person: Person; truth: Truth; secret: string } {
  const person = inventPerson(dice, "IND");
  const number = aadhaarNumber(dice);
  const lines = [
    "Unique Identification Authority of India",
    "Government of India",
    `Enrolment No.: ${dice.whole(1000, 9999)}/${dice.whole(10000, 99999)}/${dice.whole(10000, 99999)}`,
    "To",
    fullName(person),
    `C/O ${person.fatherName},`,
    ...person.address,
    "",
    "Your Aadhaar No. :",
    groups(number),
    `VID : ${groups(virtualId(dice))}`,
    "",
    "Government of India",
    fullName(person),
    `DOB: ${indianDate(person.dateOfBirth)}`,
    person.sex === "M" ? "MALE" : "FEMALE",
    groups(number),
    "",
    "SPECIMEN - this is no document of anybody",
  ];
  return { lines, person, truth: truthOf(person, number), secret: number };
}

/** UIDAI: the first four letters of the name in capitals, blanks left out (SAI KUMAR: SAIK), and the year of birth. */
export function letterPassword(person: Person): string {
  return fullName(person).replaceAll(" ", "").slice(0, 4).toUpperCase() + person.dateOfBirth.slice(0, 4);
}

function truthOf(person: Person, number: string): Truth {
  return {
    documentNumber: `XXXX XXXX ${number.slice(-4)}`,
    name: fullName(person),
    dateOfBirth: person.dateOfBirth,
    sex: person.sex,
  };
}

function virtualId(dice: Dice): string {
  const head = `9${Array.from({ length: 14 }, () => dice.whole(0, 9)).join("")}`;
  return head + verhoeffDigit(head);
}

function groups(number: string): string {
  return number.replaceAll(/(\d{4})(?=\d)/g, "$1 ");
}
