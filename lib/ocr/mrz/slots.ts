import { icaoCheckDigit } from "@/lib/ocr/check_digits.ts";
import { asDigit, asLetters, FILLER_LOOKALIKES, lookalikes } from "@/lib/ocr/confusions.ts";
import { digitsOrFillers } from "@/lib/ocr/mrz/fit.ts";

/** A slot and its check digit, as one reading has them. */
export interface RawSlot {
  readonly text: string;
  readonly check: string;
  /** Bringing the line to its width changed this slot: the check digit has chosen where. */
  readonly touched: boolean;
}

export interface SlotReading {
  /** With its fillers, as the composite check digit counts it. */
  readonly text: string;
  readonly check: string;
  /** Does the check digit agree? */
  readonly ok: boolean;
  readonly repaired: boolean;
  /** The check digit was needed to find the value, so that it proves nothing any more; or two values pass. */
  readonly guessed: boolean;
  /** It holds characters that a check digit takes for others: 6 and G, K and a filler. */
  readonly blind: boolean;
}

interface Candidate {
  readonly text: string;
  readonly check: string;
  readonly repaired: boolean;
  readonly guessed: boolean;
}

/** Digits that a letter stands for besides the likeliest. */
const SECOND_DIGIT: Readonly<Record<string, string>> = { S: "8", B: "3", Z: "7", T: "1", G: "0", E: "8" };

/** A date and its check digit, from several readings of them, the best first. */
export function readDigits(raws: readonly RawSlot[]): SlotReading {
  const typed = raws.map(typedDigits).filter((candidate) => candidate !== undefined);
  // Where the line's width did not have to be mended here, other ways to mend it are no rivals.
  const asItStands = raws.filter(({ touched }) => !touched).map(typedDigits)
    .filter((candidate) => candidate !== undefined && passes(candidate)) as Candidate[];
  const passing = asItStands.length > 0 ? asItStands : typed.filter(passes);
  const guesses = passing.length > 0 ? [] : raws.flatMap(otherDigits).filter(passes);
  return choose(passing, guesses, typed[0] ?? asRead(raws[0]!), () => false);
}

function typedDigits(raw: RawSlot): Candidate | undefined {
  const text = digitsOrFillers(raw.text);
  const check = asDigit(raw.check);
  if (text === undefined || check === undefined) return undefined;
  return { text, check, repaired: raw.touched || text !== raw.text || check !== raw.check, guessed: false };
}

/** One letter stands for its second digit. */
function otherDigits(raw: RawSlot): readonly Candidate[] {
  const whole = raw.text + raw.check;
  return [...whole].flatMap((char, index) => {
    const other = SECOND_DIGIT[char];
    if (other === undefined) return [];
    const changed = typedDigits(split(whole.slice(0, index) + other + whole.slice(index + 1), raw.touched));
    return changed === undefined ? [] : [{ ...changed, repaired: true, guessed: true }];
  });
}

export interface NumberRules {
  /** Forms that numbers of this issuer have. */
  readonly forms: readonly string[];
  /** Does a number of nothing but digits show by itself that its 6 is no G? */
  readonly trustDigits: boolean;
}

/** A number of letters and digits and its check digit. */
export function readNumber(raws: readonly RawSlot[], { forms, trustDigits }: NumberRules): SlotReading {
  const plain = raws.map(withFillers);
  const inForms = raws.flatMap((raw) => forms.flatMap((form) => inForm(raw, form))).filter(passes);
  // What has one of the forms as it stands needs none of the others.
  const asItStands = inForms.filter(({ repaired }) => !repaired);
  const formed = asItStands.length > 0 ? asItStands : inForms;
  if (formed.length > 0) return choose(formed, [], formed[0]!, () => false);
  const passing = plain.filter(passes);
  const guesses = passing.length > 0 ? [] : plain.flatMap(similar).filter(passes);
  return choose(passing, guesses, plain[0]!, (text) => {
    return !(trustDigits && /^[0-9<]+$/.test(text)) && isBlind(text);
  });
}

/** What a form makes of the characters; several where a digit may be one of several letters. */
function inForm(raw: RawSlot, form: string): readonly Candidate[] {
  const check = asDigit(raw.check);
  if (check === undefined) return [];
  const chars = [...raw.text].map((char, i) => inPosition(char, form[i]));
  const texts = chars.reduce(
    (texts, chars) => texts.flatMap((text) => [...chars].map((char) => text + char)),
    [""],
  );
  // Letters that look alike leave a choice that the check digit would make.
  const guessed = texts.length > 1;
  return texts.map((text) => ({
    text,
    check,
    guessed,
    repaired: raw.touched || text + check !== raw.text + raw.check,
  }));
}

function inPosition(char: string, type: string | undefined): string {
  if (type === "9") return asDigit(char) ?? "";
  if (type === "A") return asLetters(char);
  return char === "<" || FILLER_LOOKALIKES.includes(char) ? "<" : "";
}

/** Single letters among the fillers behind a number are fillers. */
function withFillers(raw: RawSlot): Candidate {
  const text = raw.text.replace(/<[<KCLSXE]*$/, (tail) => "<".repeat(tail.length));
  const isEmpty = /^[<KCLSXE]*$/.test(text) && text.replaceAll("<", "").length <= text.length / 4;
  const filled = isEmpty ? "<".repeat(text.length) : text;
  // The check digit of nothing may be a filler, too.
  const isNone = isEmpty && (raw.check === "<" || FILLER_LOOKALIKES.includes(raw.check));
  const check = isNone ? "<" : asDigit(raw.check) ?? raw.check;
  return {
    text: filled,
    check,
    repaired: raw.touched || filled + check !== raw.text + raw.check,
    guessed: raw.touched,
  };
}

/** All that one misread character could have been. */
function similar(candidate: Candidate): readonly Candidate[] {
  return [...candidate.text].flatMap((char, index) => {
    const isLast = /^<*$/.test(candidate.text.slice(index + 1));
    const filler = isLast && FILLER_LOOKALIKES.includes(char) ? ["<"] : [];
    return [...lookalikes(char), ...filler].map((other) => ({
      text: candidate.text.slice(0, index) + other + candidate.text.slice(index + 1),
      check: candidate.check,
      repaired: true,
      guessed: true,
    }));
  });
}

/**
 * 6 is 6, G is 16; 1 is 1, L is 21; a filler is 0, K is 20: the same to a sum that counts its last digit. 1 and L hardly
 * look alike in OCR-B: an L is suspected only where letters stand out, behind the beginning.
 */
export function isBlind(text: string): boolean {
  return /[6G]|.L/.test(text) || /K<*$/.test(text);
}

function passes({ text, check }: { text: string; check: string }): boolean {
  if (/^<+$/.test(text) && check === "<") return true;
  return icaoCheckDigit(text) === check;
}

function choose(
  passing: readonly Candidate[],
  guesses: readonly Candidate[],
  otherwise: Candidate,
  blind: (text: string) => boolean,
): SlotReading {
  const proven = passing.filter(({ guessed }) => !guessed);
  const pool = proven.length > 0 ? proven : passing.length > 0 ? passing : guesses;
  const texts = new Set(pool.map(({ text }) => text));
  // Of several guesses none is better than what was read.
  const chosen = proven[0] ?? passing[0] ?? (texts.size === 1 ? guesses[0]! : otherwise);
  const { text, check, repaired } = chosen;
  const guessed = chosen.guessed || texts.size > 1;
  return { text, check, repaired, guessed, ok: passes(chosen), blind: blind(text) };
}

function asRead(raw: RawSlot): Candidate {
  return { text: raw.text, check: raw.check, repaired: false, guessed: false };
}

function split(whole: string, touched: boolean): RawSlot {
  return { text: whole.slice(0, -1), check: whole.slice(-1), touched };
}
