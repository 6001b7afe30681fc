import { asLetters, FILLER_LOOKALIKES } from "@/lib/ocr/confusions.ts";

export interface MrzNames {
  readonly surname: string;
  readonly givenNames: string;
  readonly repaired: boolean;
  /** Why a person must look, as a sentence; undefined: nothing is odd. */
  readonly doubt?: string;
}

const FILLERS = new RegExp(`[${FILLER_LOOKALIKES}<]`);
/** A run of letters for fillers at the end of a line is at least so long; names end in one or two of them. */
const FILLER_RUN_MIN = 4;

/** Surname and given names of a names slot (ICAO 9303 part 3, 4.6): `<<` stands between them, `<` between words. */
export function readNames(raw: string): MrzNames {
  const doubts: string[] = [];
  const typed = [...raw].map((char) => char === "<" ? "<" : asLetters(char)[0] ?? "<").join("");
  if (typed !== raw) doubts.push("A digit stood in the name");
  const text = withoutRun(typed, doubts);
  if (!text.endsWith("<") && text.length === raw.length) doubts.push("The name fills its line and may go on");
  const [surname = "", ...rest] = text.replace(/^<+/, "").split(/<<+/);
  const given = givenOf(rest, doubts);
  if (given === "") doubts.push("No given name was found");
  if (surname === "") doubts.push("No surname was found");
  const names = { surname: words(surname), givenNames: words(given), repaired: isRepaired() };
  return doubts[0] === undefined ? names : { ...names, doubt: doubts[0] };

  function isRepaired(): boolean {
    const plain = `${surname}${given === "" ? "" : `<<${given}`}`.padEnd(raw.length, "<");
    return plain !== raw;
  }
}

/** Fillers that were all read as letters: `MARIAKKKKLKKL`. */
function withoutRun(text: string, doubts: string[]): string {
  const [run = ""] = /[KCLSXE<]*$/.exec(text) ?? [];
  const first = run.search(/([KCLSXE])\1|</);
  if (first < 0 || !FILLERS.test(run)) return text;
  const letters = run.slice(first);
  if (letters.startsWith("<") || letters.length < FILLER_RUN_MIN) return text;
  const kept = text.slice(0, text.length - letters.length);
  // Where the run touches the name nobody knows which of its letters belong to it.
  doubts.push("Fillers were read as letters at the end of the name");
  return kept.padEnd(text.length, "<");
}

/** Given names, and behind them nothing but fillers. */
function givenOf([given = "", ...tail]: readonly string[], doubts: string[]): string {
  // "ANNA<K<<<": a letter alone before the fillers is an initial or a filler.
  if (new RegExp(`<[${FILLER_LOOKALIKES}]$`).test(given)) {
    doubts.push("A single letter at the end of the name may be a filler");
  }
  if (given.length === 1) doubts.push("The given name is a single letter");
  const stray = tail.filter((part) => part !== "");
  const isFiller = (part: string) => part.length === 1 && FILLER_LOOKALIKES.includes(part);
  if (stray.some((part) => part.split("<").some((word) => word !== "" && !isFiller(word)))) {
    doubts.push("Letters stood behind the name");
    const kept = stray.filter((part) => !part.split("<").every(isFiller));
    return [given, ...kept].join("<");
  }
  return given;
}

function words(text: string): string {
  return text.split("<").filter((word) => word !== "").join(" ");
}
