import assert from "node:assert/strict";
import fc from "fast-check";
import { AMOUNT_MINOR_MAX, currencyDecimals, isCurrency, toMajor, toMinor } from "@/lib/resources/money.ts";

const currency = fc.constantFrom("INR", "USD", "JPY", "KWD", "CLF");

Deno.test("resources - an amount is kept in minor units of its currency", () => {
  const cases: [string, string, number][] = [
    ["1000", "INR", 100_000],
    ["12.5", "INR", 1_250],
    ["0.01", "INR", 1],
    ["0.1", "USD", 10],
    ["500", "JPY", 500],
    ["1.234", "KWD", 1_234],
    ["007.10", "INR", 710],
    ["9999999999999.99", "INR", AMOUNT_MINOR_MAX],
  ];
  for (const [amount, code, minor] of cases) assert.equal(toMinor(amount, code), minor, `${amount} ${code}`);
  assert.deepEqual(["JPY", "INR", "KWD"].map(currencyDecimals), [0, 2, 3]);
});

Deno.test("resources - an amount that the currency cannot hold is refused with a sentence", () => {
  const cases = [["10.555", "INR"], ["0.1", "JPY"], ["0.0001", "KWD"], ["0", "INR"], ["-1", "INR"], [
    "1e3",
    "INR",
  ]]
    .concat([["", "INR"], [".5", "INR"], ["5.", "INR"], ["1,000", "INR"], ["٣", "INR"], ["Infinity", "INR"]])
    .concat([["10000000000000", "INR"], ["99999999999999999999", "INR"], [String(0.1 + 0.2), "INR"], [
      "1 ",
      "INR",
    ]]);
  for (const [amount = "", code = ""] of cases) {
    assert.equal(typeof toMinor(amount, code), "string", `${amount} ${code}`);
  }
});

Deno.test("resources - every minor amount survives the way out and back in exactly", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: AMOUNT_MINOR_MAX }), currency, (minor, code) => {
    const major = toMajor(minor, code);
    assert.equal(toMinor(String(major), code), minor);
    assert.equal(JSON.parse(JSON.stringify(major)), major);
  }));
});

Deno.test("resources - reading an amount never rounds: it is exact or refused", () => {
  const decimal = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 16n }), fc.integer({ min: 0, max: 6 }));
  fc.assert(fc.property(decimal, currency, ([digits, places], code) => {
    const text = digits.toString().padStart(places + 1, "0");
    const amount = places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
    const minor = toMinor(amount, code);
    if (typeof minor === "string") return;
    // amount = digits / 10^places = minor / 10^decimals
    assert.equal(BigInt(minor) * 10n ** BigInt(places), digits * 10n ** BigInt(currencyDecimals(code)));
  }));
});

Deno.test("resources - only ISO 4217 codes are currencies", () => {
  assert.ok(isCurrency("INR") && isCurrency("KWD"));
  for (const code of ["inr", "XX", "ABC", "", 5, null, "INR "]) assert.ok(!isCurrency(code), String(code));
});
