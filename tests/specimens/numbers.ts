import type { Dice } from "@/lib/random/dice.ts";

const DIGITS = [..."0123456789"];
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** Of Indian states, as driving licences begin. */
const STATES = ["MH", "KA", "DL", "TN", "KL", "GJ", "RJ", "UP", "WB", "TS"];

function some(dice: Dice, from: readonly string[], count: number): string {
  return Array.from({ length: count }, () => dice.pick(from)).join("");
}

/** Twelve digits with a Verhoeff digit, the first from 2; not a palindrome. */
export function aadhaarNumber(dice: Dice): string {
  const head = dice.pick(["2", "3", "4", "5", "6", "7", "8", "9"]) + some(dice, DIGITS, 10);
  const number = head + verhoeffDigit(head);
  return number === [...number].reverse().join("") ? aadhaarNumber(dice) : number;
}

/** Of a person: the fourth letter P, the fifth the surname's initial. */
export function panNumber(dice: Dice, surname: string): string {
  const serial = String(dice.whole(1, 9999)).padStart(4, "0");
  return `${some(dice, LETTERS, 3)}P${surname[0]}${serial}${dice.pick(LETTERS)}`;
}

/** Three letters and seven digits, the last of them Luhn's. */
export function electionNumber(dice: Dice): string {
  const head = some(dice, DIGITS, 6);
  return some(dice, LETTERS, 3) + head + luhnDigit(head);
}

/** State, office, year, seven digits, together: `MH1220150012345`. */
export function licenceNumber(dice: Dice): string {
  const office = String(dice.whole(1, 60)).padStart(2, "0");
  return dice.pick(STATES) + office + dice.whole(1998, 2023) + some(dice, DIGITS, 7);
}

/** Of at most nine characters: a letter and seven digits as India's, or letters and digits mixed. */
export function passportNumber(dice: Dice): string {
  if (dice.chance(0.5)) return dice.pick(LETTERS) + some(dice, DIGITS, 7);
  return some(dice, LETTERS, 1) + some(dice, [...LETTERS, ...DIGITS, ...DIGITS], 8);
}

/** Turning a number of the dihedral group of order 10 by another: what Verhoeff's digit is made of. */
function combine(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + (a + b) % 5;
  return b < 5 ? 5 + (a - b + 5) % 5 : (a - b + 5) % 5;
}

const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

function permuted(digit: number, times: number): number {
  return times === 0 ? digit : permuted(PERMUTATION[digit]!, times - 1);
}

/** The digit that ends `head` so that the whole checks. */
export function verhoeffDigit(head: string): string {
  const check = [...head].reverse().reduce(
    (sum, digit, i) => combine(sum, permuted(Number(digit), (i + 1) % 8)),
    0,
  );
  return String(check < 5 ? (5 - check) % 5 : check);
}

/** The digit that ends `head` so that Luhn's sum is a multiple of ten. */
export function luhnDigit(head: string): string {
  const sum = [...head].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return String((10 - sum % 10) % 10);
}

/** ICAO Doc 9303-3, 4.9. */
export function icaoDigit(field: string): string {
  const value = (character: string) => character === "<" ? 0 : parseInt(character, 36);
  return String([...field].reduce((sum, character, i) => sum + value(character) * [7, 3, 1][i % 3]!, 0) % 10);
}
