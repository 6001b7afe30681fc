// Makes valid zones of invented people, and misreads them as engines do.
import { icaoCheckDigit } from "@/lib/ocr/check_digits.ts";
import type { Fields, MrzLine } from "@/lib/ocr/reading.ts";
import type { MrzFormat } from "@/lib/ocr/mrz/layouts.ts";
import type { Dice } from "@/lib/random/dice.ts";

export const TODAY = "2026-11-24";

const SURNAMES = [
  "ERIKSSON",
  "SHARMA",
  "OBRIEN",
  "DE SOUZA",
  "NGUYEN",
  "MUELLER",
  "QUINCE",
  "KELLEX",
  "FOX",
  "ISLES",
];
const GIVEN = ["ANNA MARIA", "RAVI", "JOAO", "PRIYA DEVI", "ALEX", "MAX", "LUIS", "GUDRUN", "BO", "ERIK"];
const STATES = [
  "UTO",
  "IND",
  "GBR",
  "USA",
  "D<<",
  "FRA",
  "OMN",
  "GBD",
  "EUE",
  "RKS",
  "NLD",
  "CHN",
  "SGP",
  "ISR",
];
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS = "0123456789";

export interface Specimen {
  readonly format: MrzFormat;
  readonly lines: readonly string[];
  /** What is to be read; absent: nothing is to be. */
  readonly truth: Readonly<Record<string, string>>;
}

function text(dice: Dice, from: string, length: number): string {
  return Array.from({ length }, () => dice.pick([...from])).join("");
}

/** `A` a letter, `9` a digit, `X` either. */
function formed(dice: Dice, form: string): string {
  const from: Record<string, string> = { A: LETTERS, "9": DIGITS, X: LETTERS + DIGITS };
  return [...form].map((c) => text(dice, from[c]!, 1)).join("");
}

function numberOf(dice: Dice, state: string): string {
  if (state === "IND") return formed(dice, "A9999999");
  if (state === "GBR") return formed(dice, "999999999");
  if (state === "USA") return formed(dice, "A99999999");
  return formed(
    dice,
    dice.pick(["A9999999", "AA9999999", "999999999", "XXXXXXXXX", "AXX99999", "99AA99999"]),
  );
}

function dayBetween(dice: Dice, from: number, to: number): string {
  const day = Date.UTC(dice.whole(from, to), dice.whole(0, 11), dice.whole(1, 28));
  return new Date(day).toISOString().slice(0, 10);
}

const six = (day: string) => day.slice(2).replaceAll("-", "");
const checked = (part: string) => part + icaoCheckDigit(part);

/** An invented document of a format. */
export function specimen(dice: Dice, format: MrzFormat): Specimen {
  const [surname, givenNames] = [dice.pick(SURNAMES), dice.pick(GIVEN)];
  const state = dice.pick(STATES);
  const nation = format.startsWith("MRV") ? dice.pick(STATES) : state;
  const number = numberOf(dice, format.startsWith("MRV") ? "UTO" : state);
  const [birth, expiry] = [dayBetween(dice, 1930, 2020), dayBetween(dice, 2020, 2035)];
  const sex = dice.pick(["M", "F", "<"]);
  const names = `${surname}<<${givenNames}`.replaceAll(" ", "<");
  const optional = dice.chance(0.5) ? "" : formed(dice, "99999999");
  const code = format.startsWith("MRV") ? "V<" : format === "TD3" ? "P<" : "I<";
  const head = code + state;
  const data = checked(number.padEnd(9, "<")) + nation + checked(six(birth)) + sex + checked(six(expiry));
  const covered = (line: string) => line.slice(0, 10) + line.slice(13, 20) + line.slice(21);
  const lines = (): readonly string[] => {
    switch (format) {
      case "TD3": {
        const own = optional === "" ? "<".repeat(15) : checked(optional.padEnd(14, "<"));
        return [(head + names).padEnd(44, "<"), data + own + icaoCheckDigit(covered(data + own))];
      }
      case "TD2": {
        const line = data + optional.slice(0, 7).padEnd(7, "<");
        return [(head + names).padEnd(36, "<"), line + icaoCheckDigit(covered(line))];
      }
      case "MRV-A":
        return [(head + names).padEnd(44, "<"), data.padEnd(44, "<")];
      case "MRV-B":
        return [(head + names).padEnd(36, "<"), data.padEnd(36, "<")];
      case "TD1": {
        const first = (head + checked(number.padEnd(9, "<")) + optional).padEnd(30, "<");
        const dates = [checked(six(birth)), checked(six(expiry))] as const;
        const composite = icaoCheckDigit(first.slice(5) + dates[0] + dates[1] + "<".repeat(11));
        return [
          first,
          dates[0] + sex + dates[1] + nation + "<".repeat(11) + composite,
          names.padEnd(30, "<"),
        ];
      }
    }
  };
  const personal = format === "TD2" ? optional.slice(0, 7) : format.startsWith("MRV") ? "" : optional;
  return {
    format,
    lines: lines(),
    truth: {
      name: `${givenNames} ${surname}`,
      surname,
      givenNames,
      documentNumber: number,
      dateOfBirth: birth,
      expiresOn: expiry,
      sex: sex === "<" ? "X" : sex,
      nationality: nation.replaceAll("<", ""),
      issuer: state.replaceAll("<", ""),
      ...(personal === "" ? {} : { personalNumber: personal }),
    },
  };
}

/** What single characters are misread as: letters and digits for one another, and fillers for letters. */
export const MISREAD: Readonly<Record<string, string>> = {
  "0": "ODQ",
  "1": "I",
  "2": "Z",
  "5": "S",
  "6": "G",
  "7": "T",
  "8": "B",
  O: "0",
  D: "0",
  Q: "0",
  I: "1",
  Z: "2",
  S: "5",
  G: "6",
  T: "7",
  B: "8",
  A: "4",
  "<": "KCLSXE",
};

/** Lines of a document with `count` characters misread, as an engine that is sure of itself gives them. */
export function misread(
  dice: Dice,
  lines: readonly string[],
  count: number,
  table = MISREAD,
): readonly string[] {
  const chars = lines.map((line) => [...line]);
  const places = chars.flatMap((line, i) => line.flatMap((char, j) => table[char] ? [[i, j] as const] : []));
  for (let done = 0; done < count && places.length > 0; done++) {
    const [[i, j]] = places.splice(dice.whole(0, places.length - 1), 1) as [readonly [number, number]];
    chars[i]![j] = dice.pick([...table[chars[i]![j]!]!]);
  }
  return chars.map((line) => line.join(""));
}

export function asRead(lines: readonly string[], confidence = 0.97): readonly MrzLine[] {
  return lines.map((text) => ({ text, confidence, alternatives: [] }));
}

export type Verdict = "right" | "flagged" | "wrong";

/** How each field came out; `flagged` also where it is not read at all, which whoever asks for it sees. */
export function verdicts(truth: Specimen["truth"], fields: Fields): ReadonlyMap<string, Verdict> {
  const names = new Set([...Object.keys(truth), ...Object.keys(fields)]);
  return new Map([...names].map((name) => {
    const read = fields[name as keyof Fields];
    if (read === undefined || read.needsReview) return [name, "flagged"];
    return [name, read.value === truth[name] ? "right" : "wrong"];
  }));
}
