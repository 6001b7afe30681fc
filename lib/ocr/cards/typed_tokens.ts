import { asDigit, asLetters } from "@/lib/ocr/confusions.ts";
import type { TextLine } from "@/lib/ocr/cards/text_lines.ts";

/** A word of a form such as `AAA9999999`, each character brought to the type of its position. */
export interface TypedToken {
  readonly value: string;
  readonly confidence: number;
  readonly repaired: boolean;
  /** A digit stood for one of several letters. */
  readonly ambiguous: boolean;
  readonly line: number;
}

/** Words in a line that one number may have been cut into. */
const WORDS_MAX = 4;
/** More characters of another type than this, and it is another word. */
const REPAIRS_MAX = 3;

/** Tokens of a form (`A` a letter, `9` a digit), those that need the fewest repairs first. */
export function typedTokens(lines: readonly TextLine[], form: string): readonly TypedToken[] {
  const found = lines.flatMap(({ upper, confidence }, line) => {
    return candidates(upper, form.length).flatMap((text) => {
      const typed = [...text].map((char, i) => form[i] === "9" ? asDigit(char) ?? "" : asLetters(char));
      const repairs = [...text].filter((char, i) => typed[i]![0] !== char).length;
      if (typed.includes("") || repairs > REPAIRS_MAX) return [];
      const value = typed.map((chars) => chars[0]).join("");
      const ambiguous = typed.some((chars) => chars.length > 1);
      return [{ value, confidence, line, repaired: repairs > 0, ambiguous, repairs }];
    });
  });
  return found.sort((a, b) => a.repairs - b.repairs).map(({ repairs: _repairs, ...token }) => token);
}

/** Runs of whole words that have so many characters together. */
function candidates(upper: string, length: number): readonly string[] {
  const words = upper.split(/[^A-Z0-9]+/).filter((word) => word !== "");
  const found: string[] = [];
  for (let from = 0; from < words.length; from++) {
    for (let to = from + 1; to <= Math.min(words.length, from + WORDS_MAX); to++) {
      const text = words.slice(from, to).join("");
      if (text.length === length) found.push(text);
    }
  }
  return found;
}
