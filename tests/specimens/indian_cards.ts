import type { Dice } from "@/lib/random/dice.ts";
import { page, portrait, text } from "./drawing.ts";
import { electionNumber, licenceNumber, panNumber } from "./numbers.ts";
import { fullName, indianDate, inventPerson } from "./people.ts";
import type { Drawn } from "./specimen.ts";

/** 85.6 mm by 54 mm at 305 dots to the inch. */
export const CARD = { width: 1027, height: 648 } as const;
const LABEL = "#3d4a57";

/** Front of a card of the permanent account number. */
export function drawPan(dice: Dice): Drawn {
  const person = inventPerson(dice, "IND");
  const number = panNumber(dice, person.surname);
  const rows = [
    ["Name", fullName(person), 270],
    ["Father's Name", person.fatherName, 370],
    ["Date of Birth", indianDate(person.dateOfBirth), 490],
  ] as const;
  const svg = page({ ...CARD, background: "#dfeaf2", guilloche: "#c6d8e4" }, [
    text("INCOME TAX DEPARTMENT", { x: 40, y: 70, capPx: 24, bold: true }),
    text("GOVT. OF INDIA", { x: 690, y: 70, capPx: 24, bold: true }),
    text("Permanent Account Number Card", { x: 40, y: 130, capPx: 19 }),
    text(number, { x: 40, y: 195, capPx: 34, bold: true }),
    ...rows.flatMap(([label, value, y]) => [
      text(label, { x: 40, y, capPx: 15, colour: LABEL }),
      text(value, { x: 40, y: y + 42, capPx: 23 }),
    ]),
    portrait(760, 250, 210, 260),
  ]);
  return {
    documentType: "pan",
    svg,
    truth: {
      documentNumber: number,
      name: fullName(person),
      fatherName: person.fatherName,
      dateOfBirth: person.dateOfBirth,
    },
  };
}

export function drawLicence(dice: Dice): Drawn {
  const person = inventPerson(dice, "IND");
  const number = licenceNumber(dice);
  const dashes = (iso: string) => indianDate(iso).replaceAll("/", "-");
  const rows = [
    `DL No : ${number.slice(0, 4)} ${number.slice(4)}`,
    `DOI : ${dashes(person.issuedOn)}`,
    `Valid Till : ${dashes(person.expiresOn)} (NT)`,
    `DOB : ${dashes(person.dateOfBirth)}    BG : B+`,
    `Name : ${fullName(person)}`,
    `S/D/W of : ${person.fatherName}`,
    `Add : ${person.address[0]}`,
    `${person.address[1]}, ${person.address[2]}`,
  ];
  const svg = page({ ...CARD, background: "#f2ead9", guilloche: "#e2d6bb" }, [
    text("INDIAN UNION DRIVING LICENCE", { x: 40, y: 66, capPx: 24, bold: true }),
    ...rows.map((row, i) => text(row, { x: 40, y: 140 + i * 60, capPx: 22, bold: i === 0 })),
    portrait(790, 200, 190, 240),
  ]);
  return {
    documentType: "driving_license",
    svg,
    truth: {
      documentNumber: number,
      name: fullName(person),
      fatherName: person.fatherName,
      dateOfBirth: person.dateOfBirth,
      issuedOn: person.issuedOn,
      expiresOn: person.expiresOn,
    },
  };
}

export function drawElectionCard(dice: Dice): Drawn {
  const person = inventPerson(dice, "IND");
  const number = electionNumber(dice);
  const rows = [
    `Elector's Name : ${fullName(person)}`,
    `Father's Name : ${person.fatherName}`,
    `Sex : ${person.sex === "M" ? "Male" : "Female"}`,
    `Date of Birth : ${indianDate(person.dateOfBirth)}`,
  ];
  const svg = page({ ...CARD, background: "#f4f1ec", guilloche: "#e3ded4" }, [
    text("ELECTION COMMISSION OF INDIA", { x: 40, y: 66, capPx: 25, bold: true }),
    text("ELECTOR PHOTO IDENTITY CARD", { x: 40, y: 112, capPx: 19 }),
    portrait(40, 150, 190, 230),
    text(number, { x: 290, y: 210, capPx: 30, bold: true }),
    ...rows.map((row, i) => text(row, { x: 40, y: 440 + i * 54, capPx: 21 })),
  ]);
  return {
    documentType: "election_card",
    svg,
    truth: {
      documentNumber: number,
      name: fullName(person),
      fatherName: person.fatherName,
      sex: person.sex,
      dateOfBirth: person.dateOfBirth,
    },
  };
}
