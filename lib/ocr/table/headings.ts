import { cellText, type CellValue } from "@/lib/ocr/table/cells.ts";
import type { TableColumn } from "@/lib/ocr/reading.ts";

export type ColumnField = NonNullable<TableColumn["field"]>;

/** Headings of guest lists, without what is not a letter: English, the usual short forms, Hindi. */
const HEADINGS: Readonly<Record<ColumnField, readonly string[]>> = {
  name: [
    "name",
    "guest",
    "guestname",
    "nameofguest",
    "nameoftheguest",
    "fullname",
    "customer",
    "customername",
  ]
    .concat(["passenger", "passengername", "paxname", "primaryguest", "leadguest", "visitor", "visitorname"])
    .concat(["नाम", "अतिथि", "अतिथिकानाम", "मेहमान", "मेहमानकानाम", "पूरानाम"]),
  email: ["email", "mail", "emailid", "emailaddress", "mailid", "guestemail", "ईमेल", "इमेल", "ईमेलआईडी"],
  phone: [
    "phone",
    "phoneno",
    "phonenumber",
    "mobile",
    "mobileno",
    "mobilenumber",
    "mob",
    "mobno",
    "cell",
    "contact",
  ]
    .concat([
      "contactno",
      "contactnumber",
      "tel",
      "telephone",
      "telno",
      "whatsapp",
      "whatsappno",
      "ph",
      "phno",
    ])
    .concat(["फोन", "फ़ोन", "मोबाइल", "मोबाइलनंबर", "फोननंबर", "फ़ोननंबर", "संपर्क", "दूरभाष"]),
  arrivesOn: [
    "arrival",
    "arrivaldate",
    "arriveson",
    "arrives",
    "arr",
    "arrdate",
    "checkin",
    "checkindate",
    "ci",
  ]
    .concat(["cin", "dateofarrival", "doa", "from", "fromdate", "startdate", "in", "indate", "eta"])
    .concat(["आगमन", "आगमनतिथि", "आगमनकीतिथि", "चेकइन", "आनेकीतारीख"]),
  departsOn: [
    "departure",
    "departuredate",
    "departson",
    "departs",
    "dep",
    "depdate",
    "dept",
    "checkout",
    "co",
  ]
    .concat([
      "checkoutdate",
      "cout",
      "dateofdeparture",
      "dod",
      "to",
      "todate",
      "until",
      "enddate",
      "out",
      "outdate",
    ])
    .concat(["etd", "प्रस्थान", "प्रस्थानतिथि", "प्रस्थानकीतिथि", "चेकआउट", "जानेकीतारीख"]),
  notes: ["notes", "note", "remark", "remarks", "comment", "comments", "specialrequest", "specialrequests"]
    .concat(["requests", "instructions", "टिप्पणी", "विवरण", "अनुरोध"]),
};

/** Names in parts: joined into one. */
export const FIRST_NAMES = ["firstname", "givenname", "givennames", "forename", "fname", "पहलानाम"];
export const LAST_NAMES = ["lastname", "surname", "familyname", "lname", "उपनाम", "कुलनाम"];

/** Rows above the headings: a title, the house, a date. */
const SEARCHED_ROWS = 20;

export function plainHeading(text: string): string {
  return text.normalize("NFC").toLowerCase().replace(/[^\p{L}\p{M}]+/gu, "");
}

export function headingField(heading: string): ColumnField | null {
  const plain = plainHeading(heading);
  const found = Object.entries(HEADINGS).find(([, headings]) => headings.includes(plain));
  return found === undefined ? null : found[0] as ColumnField;
}

/** Index of the row of headings: the one of the first rows in which most cells are known; undefined: fewer than two, and no name. */
export function headingRow(rows: readonly (readonly CellValue[])[]): number | undefined {
  let best: { readonly index: number; readonly known: number } | undefined;
  for (const [index, row] of rows.slice(0, SEARCHED_ROWS).entries()) {
    const cells = row.map((cell) => typeof cell === "string" ? cellText(cell) : null);
    const fields = new Set(cells.map((cell) => cell === null ? null : fieldOrPart(cell)));
    fields.delete(null);
    const filled = cells.filter((cell) => cell !== null).length;
    const isEnough = fields.size >= 2 || fields.has("name") && filled === 1;
    if (isEnough && fields.size > (best?.known ?? 0)) best = { index, known: fields.size };
  }
  return best?.index;
}

function fieldOrPart(heading: string): ColumnField | null {
  const plain = plainHeading(heading);
  return FIRST_NAMES.includes(plain) || LAST_NAMES.includes(plain) ? "name" : headingField(heading);
}
