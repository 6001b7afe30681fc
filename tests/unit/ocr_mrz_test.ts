import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "mrz";
import { Dice } from "@/lib/random/dice.ts";
import { MRZ_FORMATS } from "@/lib/ocr/mrz/layouts.ts";
import { readMrz } from "@/lib/ocr/mrz/read_mrz.ts";
import type { Fields } from "@/lib/ocr/reading.ts";
import { asRead, misread, specimen, TODAY, verdicts } from "./ocr_mrz_kit.ts";

const NAMES = ["name", "surname", "givenNames"];

function read(lines: readonly string[], confidence = 0.97) {
  return readMrz(asRead(lines, confidence), { today: TODAY });
}

function values(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value]));
}

const TD3 = [
  "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
  "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
] as const;
const ANNA = { name: "ANNA MARIA ERIKSSON", surname: "ERIKSSON", givenNames: "ANNA MARIA", issuer: "UTO" };

Deno.test("mrz - the specimens of ICAO 9303 are read, each in its format", () => {
  const passport = read(TD3)!;
  assert.equal(passport.format, "TD3");
  assert.equal(passport.documentType, "passport");
  assert.deepEqual(values(passport.fields), {
    ...ANNA,
    documentNumber: "L898902C3",
    dateOfBirth: "1974-08-12",
    expiresOn: "2012-04-15",
    sex: "F",
    nationality: "UTO",
    personalNumber: "ZE184226B",
  });
  const visa = { ...ANNA, documentNumber: "L8988901C", dateOfBirth: "1940-09-07", expiresOn: "1996-12-10" };
  const mrvA = read([TD3[0].replace("P", "V"), "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"])!;
  const mrvB = read(["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"])!;
  for (const [format, zone] of [["MRV-A", mrvA], ["MRV-B", mrvB]] as const) {
    assert.equal(zone.format, format);
    assert.equal(zone.documentType, "visa");
    assert.deepEqual(values(zone.fields), { ...visa, sex: "F", nationality: "XXX" });
  }
  const card = { ...ANNA, documentNumber: "D23145890", dateOfBirth: "1974-08-12", expiresOn: "2012-04-15" };
  const td1 = read([
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
  ])!;
  const td2 = read(["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"])!;
  for (const [format, zone] of [["TD1", td1], ["TD2", td2]] as const) {
    assert.equal(zone.format, format);
    assert.equal(zone.documentType, "other");
    assert.deepEqual(values(zone.fields), { ...card, sex: "F", nationality: "UTO" });
    assert.ok(Object.values(zone.fields).every(({ needsReview, repaired }) => !needsReview && !repaired));
  }
});

Deno.test("mrz - lines around the zone, and a glyph split in two, do not matter", () => {
  const zone = read(["REPUBLICOFUTOPIA", TD3[0], TD3[1].replace("7408122", "740O08122"), "X"])!;
  assert.equal(zone.fields.dateOfBirth?.value, "1974-08-12");
  assert.equal(zone.fields.dateOfBirth?.needsReview, false);
  assert.equal(zone.fields.dateOfBirth?.repaired, true);
  const lost = read([TD3[0].slice(0, -2), TD3[1].replace("<<<<<", "<<<<")])!;
  assert.equal(lost.fields.documentNumber?.needsReview, false);
  assert.equal(lost.fields.name?.value, "ANNA MARIA ERIKSSON");
  const more = read([`${TD3[0]}<`, `${TD3[1].slice(0, 36)}<${TD3[1].slice(36)}`])!;
  assert.equal(more.fields.expiresOn?.value, "2012-04-15");
});

Deno.test("mrz - text that is no zone is none", () => {
  assert.equal(read([]), undefined);
  assert.equal(read(["HELLO", "WORLD"]), undefined);
  assert.equal(read(["A".repeat(44), "B".repeat(44)]), undefined);
  const letters = fc.string({
    unit: fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZ<<<"),
    minLength: 28,
    maxLength: 46,
  });
  fc.assert(fc.property(letters, letters, letters, (...lines) => assert.equal(read(lines), undefined)), {
    numRuns: 25,
  });
});

Deno.test("mrz - a reading beside the line's own is taken where its check digit agrees", () => {
  const wrong = TD3[1].replace("L898902C3", "L898982C3");
  const lines = [{ text: TD3[0], confidence: 0.97, alternatives: [] }, {
    text: wrong,
    confidence: 0.97,
    alternatives: [TD3[1]],
  }];
  const { documentNumber } = readMrz(lines, { today: TODAY })!.fields;
  assert.equal(documentNumber?.value, "L898902C3");
  assert.equal(documentNumber?.needsReview, false);
  const other = TD3[0].replace("MARIA", "MAR1A").replace("ANNA", "ANMA");
  const named = readMrz([{ ...lines[0]!, alternatives: [other] }, lines[1]!], { today: TODAY })!.fields;
  assert.equal(named.name?.value, "ANNA MARIA ERIKSSON");
  assert.ok(named.name?.needsReview);
});

Deno.test("mrz - what a check digit had to find it does not prove", () => {
  const { documentNumber } = read([TD3[0], TD3[1].replace("L898902C3", "L89B902C3")])!.fields;
  assert.ok(documentNumber?.needsReview);
  const lookalike = read([TD3[0], "L898962C<9UTO7408122F1204159<<<<<<<<<<<<<<<0"])!.fields.documentNumber;
  assert.equal(lookalike?.checks.find(({ name }) => name === "lookalike")?.ok, false);
});

Deno.test("mrz - the form of an issuer's numbers settles what a check digit cannot see", () => {
  const dice = new Dice(11);
  const states = Array.from({ length: 200 }, () => specimen(dice, "TD3")).filter(({ truth }) =>
    truth.issuer === "IND"
  );
  assert.ok(states.length > 5);
  for (const { lines, truth } of states) {
    const as = [
      lines[0]!,
      lines[1]!.replace(/^(.)(.{7})/, (_all, first: string, digits: string) => {
        return first + digits.replaceAll("6", "G").replaceAll("0", "O").replaceAll("1", "L");
      }),
    ];
    const { documentNumber } = read(as)!.fields;
    assert.equal(documentNumber?.value, truth.documentNumber);
    assert.equal(documentNumber?.needsReview, false);
  }
});

Deno.test("mrz - a number of more than nine characters goes on in the optional data", () => {
  const lines = ["I<UTOD23145890<AB112234566<<<<", "7408122F1204159UTO<<<<<<<<<<<4", TD3[0].slice(5, 35)];
  const fields = read(lines)!.fields;
  assert.equal(fields.documentNumber?.value, "D23145890AB11223456");
  assert.equal(fields.documentNumber?.checks.find(({ name }) => name === "check_digit")?.ok, true);
  assert.equal(fields.personalNumber, undefined);
});

Deno.test("mrz - fillers read as letters are dropped, and told where they touch the name", () => {
  const of = (names: string) => read([`P<UTO${names}`.padEnd(44, "<"), TD3[1]])!.fields;
  const tail = of("ERIKSSON<<ANNA<MARIA<<<<K<<<C<<<");
  assert.equal(tail.name?.value, "ANNA MARIA ERIKSSON");
  assert.equal(tail.name?.needsReview, false);
  assert.equal(tail.name?.repaired, true);
  const touching = of("ERIKSSON<<ANNA<MARIAKKKKKLKLKKKKKKKKKKK");
  assert.equal(touching.name?.value, "ANNA MARIA ERIKSSON");
  assert.ok(touching.name?.needsReview);
  assert.ok(of("ERIKSSON<ANNA<MARIA").name?.needsReview);
  assert.ok(of("ERIKSSON<<ANN4<MARIA").name?.needsReview);
  assert.ok(of(`ERIKSSON<<${"ANNA<MARIA<".repeat(4)}`.slice(0, 39)).name?.needsReview);
});

Deno.test("mrz - an engine that is unsure makes names, sex and states need a look", () => {
  const fields =
    read(["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"], 0.7)!.fields;
  for (const name of ["name", "sex", "nationality", "issuer"] as const) {
    assert.ok(fields[name]?.needsReview, name);
  }
  assert.equal(fields.dateOfBirth?.needsReview, false);
});

Deno.test("mrz - a birth without month and day is a year", () => {
  const line = "L898902C36UTO74<<<<2F1204159<<<<<<<<<<<<<<0";
  assert.equal(read([TD3[0], line])?.fields.yearOfBirth?.value, "1974");
  assert.equal(read([TD3[0], line])?.fields.dateOfBirth, undefined);
});

Deno.test("mrz - reads what another reader (npm mrz) reads", () => {
  const dice = new Dice(5);
  for (let n = 0; n < 150; n++) {
    const format = dice.pick(["TD1", "TD2", "TD3"] as const);
    const { lines, truth } = specimen(dice, format);
    const theirs = parse([...lines]);
    const ours = read(lines)!;
    assert.equal(ours.format, theirs.format);
    const { firstName, lastName, sex } = theirs.fields;
    assert.equal(ours.fields.givenNames?.value, firstName);
    assert.equal(ours.fields.surname?.value, lastName);
    assert.equal(ours.fields.documentNumber?.value, theirs.documentNumber);
    assert.equal(ours.fields.sex?.value, sex === "male" ? "M" : sex === "female" ? "F" : "X");
    assert.equal(ours.fields.dateOfBirth?.value.slice(2).replaceAll("-", ""), theirs.fields.birthDate);
    assert.equal(ours.fields.expiresOn?.value.slice(2).replaceAll("-", ""), theirs.fields.expirationDate);
    assert.deepEqual(values(ours.fields), truth);
  }
});

Deno.test("mrz - every field of a well-read document is right, or needs a look", () => {
  const property = fc.property(fc.integer(), fc.constantFrom(...MRZ_FORMATS), (seed, format) => {
    const { lines, truth } = specimen(new Dice(seed), format);
    const zone = read(lines)!;
    assert.equal(zone.format, format);
    assert.deepEqual(values(zone.fields), truth);
    for (const name of ["dateOfBirth", "expiresOn", "name", "sex"] as const) {
      assert.equal(zone.fields[name]?.needsReview, false);
    }
  });
  fc.assert(property, { numRuns: 150 });
});

Deno.test("mrz - every single misread character of the data is repaired or flagged, never silently wrong", () => {
  const dice = new Dice(21);
  for (const format of MRZ_FORMATS) {
    for (let n = 0; n < 120; n++) {
      const { lines, truth } = specimen(dice, format);
      const corrupt = misread(dice, lines, 1);
      const zone = read(corrupt);
      assert.ok(zone, corrupt.join("\n"));
      for (const [name, verdict] of verdicts(truth, zone.fields)) {
        // Names have no check digit: a letter taken for another one cannot be seen in the zone alone.
        if (!NAMES.includes(name)) assert.notEqual(verdict, "wrong", `${name} of\n${corrupt.join("\n")}`);
      }
    }
  }
});

Deno.test("mrz - of two and three misread characters a check digit that agrees by chance is all that slips through", () => {
  const dice = new Dice(22);
  let fields = 0;
  let wrong = 0;
  for (let n = 0; n < 600; n++) {
    const { lines, truth } = specimen(dice, dice.pick(MRZ_FORMATS));
    const zone = read(misread(dice, lines, dice.whole(2, 3)));
    for (const [name, verdict] of zone ? verdicts(truth, zone.fields) : []) {
      if (NAMES.includes(name)) continue;
      fields++;
      if (verdict === "wrong") wrong++;
    }
  }
  assert.ok(fields > 3000);
  assert.ok(wrong <= fields / 1000, `${wrong} of ${fields} fields were silently wrong`);
});
