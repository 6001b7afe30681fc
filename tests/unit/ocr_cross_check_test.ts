import assert from "node:assert/strict";
import fc from "fast-check";
import { icaoCheckDigit, isLuhn, isVerhoeff } from "@/lib/ocr/check_digits.ts";
import { verhoeffDigit } from "../specimens/numbers.ts";
import { crossCheck, EXPECTED_FIELDS, statusOf } from "@/lib/ocr/cross_check.ts";
import { dayInText, dayOfSix, isoDay } from "@/lib/ocr/dates.ts";
import { check, field } from "@/lib/ocr/field.ts";
import { compareNames } from "@/lib/ocr/names.ts";
import type { FieldReading } from "@/lib/ocr/reading.ts";

const TODAY = "2026-11-24";

Deno.test("check digits - the published examples agree", () => {
  assert.equal(icaoCheckDigit("520727"), "3");
  assert.equal(icaoCheckDigit("AB2134<<<"), "5");
  assert.equal(icaoCheckDigit("a"), undefined);
  assert.equal(verhoeffDigit("236"), "3");
  assert.ok(isVerhoeff("482710653908"));
  assert.ok(isLuhn("79927398713") && !isLuhn("79927398710"));
  assert.ok(isLuhn("1186253"));
  assert.ok(!isVerhoeff("") && !isLuhn("") && !isVerhoeff("48271065390x"));
});

Deno.test("check digits - Verhoeff sees every changed digit and every pair of neighbours that changed places", () => {
  const numbers = fc.stringMatching(/^[0-9]{11}$/);
  fc.assert(fc.property(numbers, fc.nat(11), fc.integer({ min: 1, max: 9 }), (head, at, by) => {
    const digits = head + verhoeffDigit(head);
    assert.ok(isVerhoeff(digits));
    const changed = [...digits];
    changed[at] = String((Number(changed[at]) + by) % 10);
    assert.ok(!isVerhoeff(changed.join("")));
    const swapped = [...digits];
    const next = Math.min(at + 1, 11);
    [swapped[at], swapped[next]] = [swapped[next]!, swapped[at]!];
    assert.equal(isVerhoeff(swapped.join("")), swapped[at] === swapped[next] || next === at);
  }));
});

Deno.test("dates - forms that Indian documents use, and days that the calendar has not", () => {
  const day = (text: string) => dayInText(text, "birth", TODAY);
  for (
    const text of [
      "12/08/1974",
      "12-8-74",
      "12.08.1974",
      "DOB: 12 Aug 1974",
      "12TH AUGUST, 1974",
      "1974-08-12",
    ]
  ) {
    assert.equal(day(text), "1974-08-12", text);
  }
  for (const text of ["31/02/1974", "08/25/1974", "12/08", "4827 1065 3908", "", "12 Foo 1974"]) {
    assert.equal(day(text), undefined, text);
  }
  assert.equal(isoDay(2023, 2, 29), undefined);
});

Deno.test("dates - births are past, expiries are near", () => {
  assert.equal(dayOfSix("261125", "birth", TODAY), "1926-11-25");
  assert.equal(dayOfSix("261124", "birth", TODAY), "2026-11-24");
  assert.equal(dayOfSix("270101", "birth", TODAY), "1927-01-01");
  assert.equal(dayOfSix("270101", "expiry", TODAY), "2027-01-01");
  assert.equal(dayOfSix("960110", "expiry", TODAY), "1996-01-10");
  assert.equal(dayOfSix("000000", "birth", TODAY), undefined);
});

Deno.test("names - order, titles, initials, spelling and cutting do not make another person", () => {
  const pairs: [string, string, ReturnType<typeof compareNames>][] = [
    ["Asha Rao", "RAO ASHA", "same"],
    ["Mr. Ravi Kumar Sharma", "SHARMA RAVI KUMAR", "same"],
    ["Müller, Jürgen", "JUERGEN MUELLER", "same"],
    ["Rama Krishna", "RAMAKRISHNA", "same"],
    ["Lakshmi Choudhary", "LAXMI CHOWDHURY", "same"],
    ["Deepak Gupta", "DIPAK GUPTA", "same"],
    ["R. K. Sharma", "RAVI KUMAR SHARMA", "similar"],
    ["Ravi Sharma", "RAVI KUMAR SHARMA", "similar"],
    ["Venkata Subrahmanyam", "VENKATA SUBRAHM", "similar"],
    ["Ravi Sharma", "Mohan Sharma", "different"],
    ["Asha Rao", "Usha Rao", "different"],
    ["R. S.", "RAVI SHARMA", "different"],
    ["", "RAVI", "different"],
  ];
  for (const [a, b, agreement] of pairs) {
    assert.equal(compareNames(a, b), agreement, `${a} / ${b}`);
    assert.equal(compareNames(b, a), agreement, `${b} / ${a}`);
  }
});

function made(value: string, parts: Partial<Parameters<typeof field>[0]> = {}): FieldReading {
  return field({ value, source: "mrz", confidence: 0.97, ...parts });
}

function checkOf(reading: FieldReading | undefined, name: string): boolean | undefined {
  return reading?.checks.find((check) => check.name === name)?.ok;
}

Deno.test("cross check - print that agrees settles what a check digit cannot see; print that differs asks for a look", () => {
  const doubt = made("L898962C", { checks: [check("lookalike", false, "6 or G")] });
  const proven = made("1974-08-12");
  const fields = { documentNumber: doubt, dateOfBirth: proven };
  const agreeing = crossCheck(fields, { print: { documentNumber: made("L898962C") }, today: TODAY });
  assert.equal(agreeing.documentNumber?.needsReview, false);
  assert.equal(checkOf(agreeing.documentNumber, "agrees_with_print"), true);
  const differing = crossCheck(fields, { print: { dateOfBirth: made("1974-08-13") }, today: TODAY });
  assert.ok(differing.dateOfBirth?.needsReview);
  const unsure = made("1974-08-13", { unsure: true });
  const objecting = crossCheck(fields, { print: { dateOfBirth: unsure }, today: TODAY });
  assert.equal(objecting.dateOfBirth?.needsReview, false);
  const failed = made("L898902C", { checks: [check("check_digit", false, "no")] });
  const kept = crossCheck({ documentNumber: failed }, { print: { documentNumber: failed }, today: TODAY });
  assert.ok(kept.documentNumber?.needsReview);
});

Deno.test("cross check - the guest of the booking, and the days of the stay", () => {
  const guest = { name: "Anna Eriksson", dateOfBirth: "1974-08-12", departsOn: "2026-12-01" };
  const fields = {
    name: made("ANNA MARIA ERIKSSON"),
    dateOfBirth: made("1974-08-12"),
    expiresOn: made("2026-11-30"),
  };
  const checked = crossCheck(fields, { guest, today: TODAY });
  assert.equal(checkOf(checked.name, "agrees_with_guest"), true);
  assert.equal(checkOf(checked.dateOfBirth, "agrees_with_guest"), true);
  assert.equal(checkOf(checked.expiresOn, "not_expired"), false);
  const stranger = crossCheck(fields, {
    guest: { ...guest, name: "Ravi Sharma", departsOn: null },
    today: TODAY,
  });
  assert.ok(stranger.name?.needsReview);
  assert.equal(stranger.expiresOn?.needsReview, false);
  assert.ok(crossCheck(fields, { today: "2026-12-24" }).expiresOn?.needsReview);
  const year = crossCheck({ yearOfBirth: made("1975") }, { guest, today: TODAY });
  assert.equal(checkOf(year.yearOfBirth, "agrees_with_guest"), false);
});

Deno.test("status - done means that everything expected is there and nothing needs a look", () => {
  const whole = { name: made("A B"), documentNumber: made("X"), yearOfBirth: made("1974") };
  assert.equal(statusOf(whole, EXPECTED_FIELDS.aadhaar), "done");
  assert.equal(statusOf({ name: made("A B") }, EXPECTED_FIELDS.aadhaar), "needs_review");
  assert.equal(
    statusOf({ ...whole, sex: made("M", { unsure: true }) }, EXPECTED_FIELDS.aadhaar),
    "needs_review",
  );
  assert.equal(statusOf({}, EXPECTED_FIELDS.other), "needs_review");
});
