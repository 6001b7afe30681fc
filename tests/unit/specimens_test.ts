// The synthetic documents themselves: a reader measured on wrong ones would be measured wrongly.
import assert from "node:assert/strict";
import { parse } from "mrz";
import { read as readWorkbook, utils } from "xlsx";
import { Dice } from "@/lib/random/dice.ts";
import { isLuhn, isVerhoeff } from "@/lib/ocr/check_digits.ts";
import { openPicture } from "@/services/ocr/pictures/picture.ts";
import { readQrCodes } from "@/services/ocr/print/qr_codes.ts";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import { drawAadhaar } from "../specimens/aadhaar.ts";
import { letterPdf, pictureOf, scannedPdf } from "../specimens/catalogue.ts";
import { guestWorkbook, inventGuestList } from "../specimens/guest_list.ts";
import { HOSTILE_NAMES, hostileFiles } from "../specimens/hostile.ts";
import { mrzText } from "../specimens/mrz_text.ts";
import { aadhaarNumber, electionNumber, passportNumber } from "../specimens/numbers.ts";
import { inventPerson } from "../specimens/people.ts";
import { wear } from "../specimens/wear.ts";

Deno.test("specimens - machine-readable zones are valid in the eyes of another parser", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const dice = new Dice(seed);
    // It does not know the specimen state.
    const person = { ...inventPerson(dice), country: dice.pick(["IND", "D<<", "FRA"]) };
    for (const format of ["td1", "td2", "td3"] as const) {
      const number = passportNumber(dice);
      const { valid, fields, details } = parse(mrzText(format, person, number));
      assert.ok(valid, JSON.stringify(details.filter((detail) => !detail.valid)));
      assert.equal(fields.documentNumber, number);
      assert.equal(fields.lastName, person.surname);
    }
  }
});

Deno.test("specimens - numbers of cards pass their checks", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const dice = new Dice(seed);
    assert.ok(isVerhoeff(aadhaarNumber(dice)));
    assert.ok(isLuhn(electionNumber(dice).slice(3)));
  }
});

Deno.test("specimens - the same seed draws the same page", async () => {
  const [one, same, other] = await Promise.all([5, 5, 6].map((seed) => pictureOf("pan", "degraded", seed)));
  assert.deepEqual(one, same);
  assert.notDeepEqual(one!.truth, other!.truth);
});

Deno.test("specimens - the signed code of a card can be read from its picture", async () => {
  for (const condition of ["clean", "degraded"] as const) {
    const { svg } = await drawAadhaar(new Dice(3), { withQr: true });
    const picture = await openPicture(await wear(svg, condition, new Dice(4)));
    assert.ok(typeof picture !== "string");
    const [code, ...more] = await readQrCodes(picture, { thorough: false });
    assert.match(code?.text ?? "", /^\d{1000,3000}$/);
    assert.deepEqual(more, []);
    assert.ok(code!.box.width > 300 && code!.box.left > 500, JSON.stringify(code!.box));
  }
});

Deno.test("specimens - workbooks hold dates as dates", () => {
  const list = inventGuestList(new Dice(1), 3);
  for (const form of ["xlsx", "biff8"] as const) {
    const { Sheets, SheetNames } = readWorkbook(guestWorkbook(list, form), { UTC: true });
    const rows = utils.sheet_to_json<unknown[]>(Sheets[SheetNames[0]!]!, { header: 1, raw: false });
    assert.deepEqual(rows[2], list.headings);
    assert.equal(rows[3]?.[0], list.rows[0]?.[0]);
    assert.equal(rows[3]?.[3], list.rows[0]![3]!.split("-").reverse().join("/"));
  }
});

Deno.test("specimens - a scan in a PDF holds the picture as it is", async () => {
  const { bytes, mediaType } = await scannedPdf("licence", "clean", 1);
  assert.equal(mediaType, "application/pdf");
  assert.ok(new TextDecoder("latin1").decode(bytes).includes("/DCTDecode"));
});

Deno.test("specimens - a locked letter opens with its password only, and says what the open one says", async () => {
  const library = await PDFiumLibrary.init();
  try {
    const open = letterPdf(8, { locked: false }), locked = letterPdf(8, { locked: true });
    assert.match(locked.password, /^[A-Z]{4}\d{4}$/);
    for (const wrong of [undefined, "ABCD1990"]) {
      await assert.rejects(async () => await library.loadDocument(locked.bytes, wrong));
    }
    const texts: string[] = [];
    for (const { bytes, password } of [{ ...open, password: "" }, locked]) {
      const document = await library.loadDocument(bytes, password);
      assert.equal(document.getPageCount(), 1);
      texts.push(document.getPage(0).getText());
      document.destroy();
    }
    assert.equal(texts[0], texts[1]);
    assert.ok(
      texts[0]!.includes(`DOB: ${open.truth.dateOfBirth!.split("-").reverse().join("/")}`),
      texts[0]!,
    );
  } finally {
    library.destroy();
  }
});

Deno.test("specimens - hostile files are made in moments, small, and differ", async () => {
  const files = await hostileFiles();
  assert.equal(new Set(files.map(({ name }) => name)).size, files.length);
  for (const { name, bytes } of files) assert.ok(bytes.length < 11 * 1024 * 1024, `${name}: ${bytes.length}`);
  assert.ok(HOSTILE_NAMES.length > 10);
});
