import assert from "node:assert/strict";
import fc from "fast-check";
import { readAadhaar } from "@/lib/ocr/cards/aadhaar.ts";
import { aadhaarNumbers, findAadhaarNumbers } from "@/lib/ocr/cards/aadhaar_numbers.ts";
import { readDrivingLicence } from "@/lib/ocr/cards/driving_licence.ts";
import { readElectionCard } from "@/lib/ocr/cards/election_card.ts";
import { readPan } from "@/lib/ocr/cards/pan.ts";
import { recogniseCard } from "@/lib/ocr/cards/recognise.ts";
import { verhoeffDigit } from "../specimens/numbers.ts";
import { maskDigits } from "@/lib/ocr/mask.ts";
import type { Fields, PrintedLine } from "@/lib/ocr/reading.ts";

const CONTEXT = { today: "2026-11-24" };
const CHAR_PX = 10;

/** Lines of print; each character is 10 px wide. */
function print(lines: readonly string[], confidence = 0.95): readonly PrintedLine[] {
  return lines.map((line, row) => {
    let left = 0;
    return line.split(" ").map((text) => {
      const box = { left, top: row * 30, width: text.length * CHAR_PX, height: 20 };
      left += (text.length + 1) * CHAR_PX;
      return { text, confidence, box };
    });
  });
}

function values(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value]));
}

function checkOf(fields: Fields, field: keyof Fields, name: string): boolean | undefined {
  return fields[field]?.checks.find((check) => check.name === name)?.ok;
}

const AADHAAR = ["Government of India", "Tarun Ravi Kumar", "DOB: 12/08/1974", "Male", "4827 1065 3908"];

Deno.test("aadhaar - the front gives name, birth, sex and the masked number, without a doubt", () => {
  const fields = readAadhaar([print(AADHAAR)], CONTEXT);
  assert.deepEqual(values(fields), {
    name: "Tarun Ravi Kumar",
    documentNumber: "XXXX XXXX 3908",
    dateOfBirth: "1974-08-12",
    sex: "M",
  });
  assert.ok(Object.values(fields).every(({ needsReview }) => !needsReview));
  assert.equal(checkOf(fields, "documentNumber", "verhoeff"), true);
});

Deno.test("aadhaar - a letter gives address and father, and the number of neither id nor enrolment", () => {
  const lines = ["Enrolment No.: 2189/10042/38471", "Asha Rao", "Year of Birth : 1990", "FEMALE"]
    .concat(["VID : 9173 4827 1065 3908", "4827 1O65 39O8", "Address: S/O Mohan Rao, 12 Lake Road,"])
    .concat(["Mysuru, Karnataka 570001", "Download Date: 01/01/2024"]);
  const fields = readAadhaar([print(lines)], CONTEXT);
  assert.deepEqual(values(fields), {
    name: "Asha Rao",
    fatherName: "Mohan Rao",
    documentNumber: "XXXX XXXX 3908",
    yearOfBirth: "1990",
    sex: "F",
    address: "S/O Mohan Rao, 12 Lake Road, Mysuru, Karnataka 570001",
  });
  assert.equal(fields.documentNumber?.repaired, true);
});

Deno.test("aadhaar - a year before the number does not hide it; a virtual id, a palindrome, a wrong digit are none", () => {
  const found = (line: string) => aadhaarNumbers(print([line])).map(({ digits }) => digits);
  assert.deepEqual(found("DOB 1990 4827 1065 3908"), ["482710653908"]);
  assert.deepEqual(found("482710653908"), ["482710653908"]);
  assert.deepEqual(found("4827 10653908"), ["482710653908"]);
  assert.deepEqual(found("VID : 9173 4827 1065 3908"), []);
  assert.deepEqual(found("4827 1065 3909"), []);
  assert.deepEqual(found("1827 1065 3908"), []);
  assert.deepEqual(found("2189/10042/38471"), []);
});

Deno.test("aadhaar - readings of one card: the one that checks counts, and a difference in print is told", () => {
  const other = AADHAAR.with(4, "4827 1065 3903").with(1, "Tarun Ravl Kumar");
  const fields = readAadhaar([print(other), print(AADHAAR)], CONTEXT);
  assert.equal(fields.documentNumber?.value, "XXXX XXXX 3908");
  assert.equal(fields.documentNumber?.needsReview, false);
  assert.ok(fields.name?.needsReview);
  assert.equal(checkOf(fields, "name", "readings_agree"), false);
});

Deno.test("aadhaar - the boxes to cover hold all digits but the last four, misread ones too", () => {
  const boxes = (line: string) =>
    findAadhaarNumbers(print([line])).map(({ mask }) => mask.map(({ left, width }) => [left, left + width]));
  assert.deepEqual(boxes("4827 1065 3908"), [[[0, 40], [50, 90]]]);
  assert.deepEqual(boxes("4827 1065 3909"), [[[0, 40], [50, 90]]]);
  assert.deepEqual(boxes("4B27 1O65 3908"), [[[0, 40], [50, 90]]]);
  assert.deepEqual(boxes("482710653908"), [[[0, 80]]]);
  assert.deepEqual(boxes("No: 482710653908."), [[[40, 120]]]);
  assert.deepEqual(boxes("9173 4827 1065 3908"), [[[0, 40], [50, 90], [100, 140]]]);
  assert.deepEqual(boxes("827 1065 3908"), [[[0, 30], [40, 80]]]);
  assert.deepEqual(boxes("DOB: 12/08/1974"), []);
  assert.deepEqual(boxes("98450 12345"), []);
});

Deno.test("mask - no text keeps more than the last four digits of such a number", () => {
  assert.equal(maskDigits("UID 4827 1065 3908, thanks"), "UID XXXX XXXX 3908, thanks");
  assert.equal(maskDigits("482710653908"), "XXXX XXXX 3908");
  assert.equal(maskDigits("4827-1065-3908"), "XXXX XXXX 3908");
  assert.equal(maskDigits("4827, 1065, 3908"), "XXXX XXXX 3908");
  assert.equal(maskDigits("id_4827_1065_3908"), "id_XXXX XXXX 3908");
  assert.equal(maskDigits("4827 1065 3909"), "XXXX XXXX 3909");
  assert.equal(maskDigits("9173 4827 1065 3908"), "XXXX XXXX XXXX 3908");
  assert.equal(maskDigits("born 1990 4827 1065 3908"), "born 1990 XXXX XXXX 3908");
  assert.equal(maskDigits("4827 1O65 39O8"), "XXXX XXXX 3908");
  assert.equal(maskDigits("४८२७ १०६५ ३९०८"), "XXXX XXXX 3908");
  for (
    const text of [
      "12/08/1974",
      "+91 98450 12345",
      "+919845012345",
      "PIN 570001",
      "GOOD SOIL BOBS",
      "L898902C3",
    ]
  ) {
    assert.equal(maskDigits(text), text);
  }
  const numbers = fc.tuple(fc.integer({ min: 2, max: 9 }), fc.stringMatching(/^[0-9]{10}$/)).map(
    ([first, rest]) => {
      return `${first}${rest}${verhoeffDigit(`${first}${rest}`)}`;
    },
  );
  const words = fc.stringMatching(/^[a-z ,.:]{0,12}$/);
  fc.assert(
    fc.property(words, numbers, fc.constantFrom("", " ", "-", "  "), words, (before, digits, gap, after) => {
      // With India's code before ten digits it is a telephone number, unless the check digit agrees: then it is masked.
      const text = `${before} ${digits.replace(/(....)(....)/, `$1${gap}$2${gap}`)} ${after}`;
      const masked = maskDigits(text);
      assert.ok(!masked.replace(/\D/g, "").includes(digits.slice(0, 8)), masked);
      assert.ok(masked.includes(digits.slice(8)));
    }),
  );
});

const PAN = [
  "INCOME TAX DEPARTMENT",
  "GOVT. OF INDIA",
  "Permanent Account Number",
  "ACUPR7085R",
  "Name",
  "TARUN RAVI",
]
  .concat(["Father's Name", "RAVI SHANKAR", "Date of Birth", "12/08/1974"]);

Deno.test("pan - the labelled card gives the holder, the father and a number that fits the name", () => {
  const fields = readPan([print(PAN), print(PAN)], CONTEXT);
  assert.deepEqual(values(fields), {
    name: "TARUN RAVI",
    fatherName: "RAVI SHANKAR",
    documentNumber: "ACUPR7085R",
    dateOfBirth: "1974-08-12",
  });
  assert.ok(Object.values(fields).every(({ needsReview }) => !needsReview));
});

Deno.test("pan - positions have types; another holder than a person, or another surname, is told", () => {
  const repaired = readPan([print(PAN.with(3, "ACUPR7O85R"))], CONTEXT).documentNumber;
  assert.equal(repaired?.value, "ACUPR7085R");
  assert.equal(repaired?.repaired, true);
  const company = readPan([print(PAN.with(3, "ACUCR7085R"))], CONTEXT);
  assert.equal(checkOf(company, "documentNumber", "holder"), false);
  const stranger = readPan([print(PAN.with(3, "ACUPZ7085R"))], CONTEXT);
  assert.equal(checkOf(stranger, "documentNumber", "surname_letter"), false);
  assert.ok(stranger.documentNumber?.needsReview);
  assert.ok(readPan([print(PAN.with(3, "AC0PR7085R"))], CONTEXT).documentNumber?.needsReview);
});

Deno.test("pan - the old card without labels gives both names by their place, and asks for a look", () => {
  const old = ["INCOME TAX DEPARTMENT GOVT. OF INDIA", "TARUN RAVI", "RAVI SHANKAR", "12/08/1974"]
    .concat(["Permanent Account Number", "ACUPR7085R"]);
  const fields = readPan([print(old)], CONTEXT);
  assert.equal(fields.name?.value, "TARUN RAVI");
  assert.equal(fields.fatherName?.value, "RAVI SHANKAR");
  assert.ok(fields.name?.needsReview && fields.fatherName?.needsReview);
  // One name was lost: nobody knows whose the other one is.
  assert.equal(readPan([print(old.toSpliced(1, 1))], CONTEXT).name, undefined);
});

Deno.test("cards - a father never comes back as the holder, whatever an engine left of the labels", () => {
  const labels = [
    "Father's Name",
    "FATHERS NAME",
    "Fath3r's Name",
    "ather's Name",
    "Father Name:",
    "/ Father's Name",
  ]
    .concat(["S/O", "D/O :", "S/D/W of", "Son/Daughter/Wife of", "Husband's Name", "rher's Name", "x Name"]);
  for (const label of labels) {
    for (const card of [[label, "MOHAN RAO"], [`${label} MOHAN RAO`], [`${label}: MOHAN RAO`]]) {
      for (const reader of [readPan, readElectionCard, readDrivingLicence]) {
        const lines = ["INCOME TAX DEPARTMENT", ...card, "12/08/1974"];
        assert.equal(reader([print(lines)], CONTEXT).name, undefined, card.join(" | "));
      }
    }
  }
  // The holder's label without a value does not take the father's.
  const fields = readPan([print(["Name", "Father's Name", "MOHAN RAO"])], CONTEXT);
  assert.equal(fields.name, undefined);
  assert.equal(fields.fatherName?.value, "MOHAN RAO");
});

const EPIC = [
  "ELECTION COMMISSION OF INDIA",
  "WKH1186253",
  "Elector's Name : Asha Rao",
  "Father's Name : Mohan Rao",
]
  .concat(["Sex : Female", "Date of Birth : 12-08-1974"]);

Deno.test("election card - number, names, sex and birth; a failed check digit is told, an old number taken", () => {
  const fields = readElectionCard([print(EPIC)], CONTEXT);
  assert.deepEqual(values(fields), {
    name: "Asha Rao",
    fatherName: "Mohan Rao",
    documentNumber: "WKH1186253",
    dateOfBirth: "1974-08-12",
    sex: "F",
  });
  assert.equal(fields.documentNumber?.needsReview, false);
  assert.equal(
    readElectionCard([print(EPIC.with(1, "WKHII86253"))], CONTEXT).documentNumber?.value,
    "WKH1186253",
  );
  const odd = readElectionCard([print(EPIC.with(1, "WKH1186254"))], CONTEXT);
  assert.equal(checkOf(odd, "documentNumber", "luhn"), false);
  const old = readElectionCard([print(EPIC.with(1, "KA/12/345/678901"))], CONTEXT).documentNumber;
  assert.equal(old?.value, "KA/12/345/678901");
  assert.ok(old?.needsReview);
});

Deno.test("driving licence - every way of writing the number gives one form, and always needs a look", () => {
  const of = (number: string) =>
    readDrivingLicence([
      print([`DL No : ${number}`, "DOB : 12-08-1974", "Name : ASHA RAO", "S/D/W of : MOHAN RAO"])
        .concat(print(["Issue Date : 01-02-2015", "Validity(NT) : 11-08-2034"])),
    ], CONTEXT);
  const forms = [
    "KA0120150012345",
    "KA01 20150012345",
    "KA-0120150012345",
    "KA01/2015/0012345",
    "KA-01-2015-0012345",
  ]
    .concat(["KA 01 2015 0012345", "KAO1 2O15OO12345"]);
  for (const form of forms) {
    const { documentNumber } = of(form);
    assert.equal(documentNumber?.value, "KA0120150012345", form);
    assert.ok(documentNumber?.needsReview);
  }
  const { documentNumber: _number, ...rest } = values(of(forms[0]!));
  assert.deepEqual(rest, {
    name: "ASHA RAO",
    fatherName: "MOHAN RAO",
    dateOfBirth: "1974-08-12",
    issuedOn: "2015-02-01",
    expiresOn: "2034-08-11",
  });
  assert.equal(checkOf(of("XX0120150012345"), "documentNumber", "state"), false);
});

Deno.test("cards - the words on a card say what it is; none, or those of two, say nothing", () => {
  assert.equal(recogniseCard([print(PAN)]), "pan");
  assert.equal(recogniseCard([print(EPIC)]), "election_card");
  assert.equal(recogniseCard([print(AADHAAR)]), "aadhaar");
  assert.equal(
    recogniseCard([print(["UNION OF INDIA", "DRIVING LICENCE", "KA01 20150012345"])]),
    "driving_license",
  );
  assert.equal(recogniseCard([print(["Menu of the day", "Soup 120"])]), undefined);
  assert.equal(recogniseCard([print([...PAN, ...EPIC])]), undefined);
});

Deno.test("cards - whatever an engine gives, readers answer, and no answer holds a whole Aadhaar number", () => {
  const words = fc.oneof(
    fc.constantFrom(
      "Name",
      "Father's",
      "DOB:",
      "Address:",
      "4827",
      "1065",
      "3908",
      "482710653908",
      "S/O",
      "12/08/1974",
    ),
    fc.constantFrom(
      "INCOME",
      "TAX",
      "Validity",
      "DL",
      "No",
      "KA01",
      "20150012345",
      "ACUPR7085R",
      "WKH1186253",
      "|",
      "-",
    ),
    fc.string({ unit: "grapheme", maxLength: 12 }),
  );
  const line = fc.array(words, { maxLength: 6 }).map((words) => words.join(" "));
  const readings = fc.array(fc.array(line, { maxLength: 10 }), { maxLength: 3 });
  fc.assert(fc.property(readings, (readings) => {
    const printed = readings.map((lines) => print(lines));
    for (const reader of [readAadhaar, readPan, readElectionCard, readDrivingLicence]) {
      const fields = reader(printed, CONTEXT);
      for (const { value, confidence } of Object.values(fields)) {
        assert.ok(value !== "" && confidence >= 0 && confidence <= 1);
        assert.doesNotMatch(value, /4827\D{0,3}1065\D{0,3}3908/);
      }
    }
    for (const lines of printed) findAadhaarNumbers(lines);
    recogniseCard(printed);
  }));
});
