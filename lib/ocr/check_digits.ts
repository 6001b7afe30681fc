const ICAO_WEIGHTS = [7, 3, 1];

/** The value of a character in ICAO 9303 part 3, 4.9: digits are themselves, A is 10, a filler 0; -1: no such character. */
export function icaoValue(char: string): number {
  if (char === "<") return 0;
  return /^[0-9A-Z]$/.test(char) ? parseInt(char, 36) : -1;
}

/** The check digit of ICAO 9303 over `0-9A-Z<`, as a character; undefined where the text has another character. */
export function icaoCheckDigit(text: string): string | undefined {
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    const value = icaoValue(text[i]!);
    if (value < 0) return undefined;
    sum += value * ICAO_WEIGHTS[i % ICAO_WEIGHTS.length]!;
  }
  return String(sum % 10);
}

/** The product in the dihedral group of the pentagon: 0 to 4 turn, 5 to 9 turn and flip. */
function pentagon(a: number, b: number): number {
  const turned = a < 5 ? (a % 5) + (b % 5) : (a % 5) - (b % 5) + 5;
  return turned % 5 + ((a < 5) === (b < 5) ? 0 : 5);
}

/** Verhoeff's permutation, and how often it is applied by position. */
const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
const PERMUTATIONS = 8;

function permuted(digit: number, times: number): number {
  let result = digit;
  for (let i = 0; i < times; i++) result = PERMUTATION[result]!;
  return result;
}

/** Digits whose last one is Verhoeff's check digit of the others (Aadhaar numbers, virtual ids). */
export function isVerhoeff(digits: string): boolean {
  return /^[0-9]+$/.test(digits) && verhoeffSum(digits) === 0;
}

function verhoeffSum(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    sum = pentagon(sum, permuted(digit, i % PERMUTATIONS));
  }
  return sum;
}

/** Digits whose last one is Luhn's check digit of the others (ISO 7812-1). */
export function isLuhn(digits: string): boolean {
  if (!/^[0-9]+$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const counted = i % 2 === 0 ? digit : digit * 2;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}
