/** Letters that an OCR engine reads where a digit stands, and the digit. */
const DIGIT_OF: Readonly<Record<string, string>> = {
  O: "0",
  Q: "0",
  D: "0",
  U: "0",
  C: "0",
  I: "1",
  L: "1",
  Z: "2",
  E: "3",
  A: "4",
  S: "5",
  G: "6",
  T: "7",
  Y: "7",
  B: "8",
  P: "9",
};

/** Digits that are read where a letter stands, and the letters it may be, the likeliest first. */
const LETTERS_OF: Readonly<Record<string, string>> = {
  "0": "ODQUC",
  "1": "ILT",
  "2": "Z",
  "3": "EB",
  "4": "A",
  "5": "S",
  "6": "G",
  "7": "TYZ",
  "8": "BS",
  "9": "PG",
};

/** Letters taken for one another. */
const LETTER_PAIRS = [
  "OQ",
  "OD",
  "DQ",
  "OC",
  "OU",
  "CG",
  "IL",
  "IT",
  "VY",
  "MN",
  "HN",
  "EF",
  "PR",
  "UV",
  "KX",
];

/** What fillers of a machine-readable zone are read as. */
export const FILLER_LOOKALIKES = "KCLSXE";

/** The digit that a character stands for where only digits can stand; undefined: none. */
export function asDigit(char: string): string | undefined {
  return /^[0-9]$/.test(char) ? char : DIGIT_OF[char];
}

/** The letters a character may stand for where only letters can stand, the likeliest first. */
export function asLetters(char: string): string {
  return /^[A-Z]$/.test(char) ? char : LETTERS_OF[char] ?? "";
}

/** Text in which every character stands for a digit; undefined where one stands for none. */
export function asDigits(text: string): string | undefined {
  const digits = [...text].map(asDigit);
  return digits.includes(undefined) ? undefined : digits.join("");
}

const LOOKALIKES = new Map<string, Set<string>>();
for (const [letter, digit] of Object.entries(DIGIT_OF)) pair(letter, digit);
for (const [digit, letters] of Object.entries(LETTERS_OF)) {
  for (const letter of letters) pair(letter, digit);
}
for (const [a = "", b = ""] of LETTER_PAIRS) pair(a, b);

function pair(a: string, b: string): void {
  for (const [from, to] of [[a, b], [b, a]] as const) {
    LOOKALIKES.set(from, (LOOKALIKES.get(from) ?? new Set()).add(to));
  }
}

/** The characters that a character may have been misread from. */
export function lookalikes(char: string): readonly string[] {
  return [...LOOKALIKES.get(char) ?? []];
}

export function looksLike(a: string, b: string): boolean {
  return a === b || (LOOKALIKES.get(a)?.has(b) ?? false);
}
