import { icaoCheckDigit } from "@/lib/ocr/check_digits.ts";
import { asDigit, asLetters, FILLER_LOOKALIKES } from "@/lib/ocr/confusions.ts";
import type { Fit } from "@/lib/ocr/mrz/fit.ts";
import { type IssuerReading, numberForms, readIssuer } from "@/lib/ocr/mrz/issuers.ts";
import { CHECKED_BY, type Layout, type Slot, type SlotName } from "@/lib/ocr/mrz/layouts.ts";
import { isBlind, type RawSlot, readDigits, readNumber, type SlotReading } from "@/lib/ocr/mrz/slots.ts";

/** A zone with its slots read, before they are called fields. */
export interface Resolved {
  readonly layout: Layout;
  readonly code: string;
  readonly issuer: IssuerReading;
  readonly nationality: IssuerReading;
  readonly number: SlotReading;
  readonly birth: SlotReading;
  readonly expiry: SlotReading;
  readonly optional: SlotReading;
  /** Text of the second optional slot, of TD1. */
  readonly optional2: string;
  readonly sex: string;
  /** The filler of the sex was put in by the reader, not read. */
  readonly sexLost: boolean;
  /** Does the composite check digit agree? undefined: the format has none. */
  readonly composite: boolean | undefined;
}

/** Reads the slots of a zone from what its lines can be, the best fit of each first. */
export function resolve(layout: Layout, fits: readonly (readonly Fit[])[]): Resolved {
  const best = (name: SlotName) => part(layout, fits, name)[0] ?? "";
  const issuer = readIssuer(best("issuer"));
  const nationality = readIssuer(best("nationality"));
  const forms = best("code").startsWith("P") && issuer.known && issuer.code === nationality.code
    ? numberForms(issuer.code)
    : [];
  const long = longNumber(layout, best("number"), best("numberCheck"), best("optional"));
  const number = long?.number ?? readNumber(raws(layout, fits, "number"), { forms, trustDigits: false });
  const optional = long?.optional ??
    readNumber(raws(layout, fits, "optional"), { forms: [], trustDigits: true });
  const resolved = {
    layout,
    code: asLetters(best("code")[0] ?? "").slice(0, 1),
    issuer,
    nationality,
    number,
    birth: readDigits(raws(layout, fits, "birth")),
    expiry: readDigits(raws(layout, fits, "expiry")),
    optional,
    optional2: best("optional2").replace(/<[<KCLSXE]*$/, (tail) => "<".repeat(tail.length)),
    sex: best("sex"),
    sexLost: best("sex") === "<" && isTouched(layout, fits[slotOf(layout, "sex")!.line]![0]!, "sex"),
  };
  return { ...resolved, composite: composite(resolved, fits) };
}

function slotOf(layout: Layout, name: SlotName): Slot | undefined {
  return layout.slots.find((slot) => slot.name === name);
}

function part(layout: Layout, fits: readonly (readonly Fit[])[], name: SlotName): readonly string[] {
  const slot = slotOf(layout, name);
  return slot === undefined ? [] : fits[slot.line]!.map(({ text }) => text.slice(slot.from, slot.to));
}

/** A slot with its check digit from every fit, without repetitions. Where it has none, what it would be. */
function raws(layout: Layout, fits: readonly (readonly Fit[])[], name: SlotName): readonly RawSlot[] {
  const check = CHECKED_BY[name];
  const checks = check === undefined ? [] : part(layout, fits, check);
  const found = new Map<string, RawSlot>();
  for (const [i, fit] of fits[slotOf(layout, name)!.line]!.entries()) {
    const text = part(layout, fits, name)[i]!;
    const raw = { text, check: checks[i] ?? icaoCheckDigit(text)!, touched: isTouched(layout, fit, name) };
    const known = found.get(text + raw.check);
    if (known === undefined || known.touched) found.set(text + raw.check, raw);
  }
  return [...found.values()];
}

/** Did bringing the line to its width change this slot? Fillers behind its text do not count. */
function isTouched(layout: Layout, { text, original }: Fit, name: SlotName): boolean {
  const slot = slotOf(layout, name)!;
  const written = text.slice(slot.from, slot.to).replace(/(?!^)<+$/, "");
  const stands = (from: number) => {
    const after = original[from + written.length];
    // A character cut off from the end would leave the rest as it was.
    const ends = written.length === slot.to - slot.from || after === "<" || after === undefined;
    return ends && original.startsWith(written, from);
  };
  return !stands(slot.from) && !stands(slot.from + original.length - layout.width);
}

/** A number of more than nine characters goes on in the optional data of TD1 and TD2; its check digit stands behind it there. */
function longNumber(
  { format, slots }: Layout,
  number: string,
  numberCheck: string,
  optional: string,
): { number: SlotReading; optional: SlotReading } | undefined {
  if (format !== "TD1" && format !== "TD2") return undefined;
  if (numberCheck !== "<" && !FILLER_LOOKALIKES.includes(numberCheck)) return undefined;
  const [, rest = "", digit = ""] = /^([A-Z0-9]{1,13})([A-Z0-9])(?:<|$)/.exec(optional) ?? [];
  const check = asDigit(digit);
  if (rest === "" || check === undefined) return undefined;
  const text = number + rest;
  const ok = icaoCheckDigit(text) === check;
  // A lookalike of the filler without an agreeing check digit: rather a misread check digit.
  if (!ok && numberCheck !== "<") return undefined;
  const width = slots.find(({ name }) => name === "optional")!.to -
    slots.find(({ name }) => name === "optional")!.from;
  const left = optional.slice(rest.length + 1).padEnd(width, "<");
  const repaired = check !== digit || numberCheck !== "<";
  return {
    number: { text, check, ok, repaired, guessed: false, blind: isBlind(text) },
    optional: {
      text: left,
      check: icaoCheckDigit(left)!,
      ok: true,
      repaired: false,
      guessed: false,
      blind: false,
    },
  };
}

/** The composite check digit over what the slots were read as. */
function composite(
  resolved: Omit<Resolved, "composite">,
  fits: readonly (readonly Fit[])[],
): boolean | undefined {
  const { layout } = resolved;
  if (layout.composite.length === 0) return undefined;
  const lines = fits.map((fits) => fits[0]!.text);
  const put = (name: SlotName, text: string) => {
    const slot = slotOf(layout, name);
    if (slot === undefined) return;
    const line = lines[slot.line]!;
    lines[slot.line] = line.slice(0, slot.from) + text + line.slice(slot.to);
  };
  for (const name of ["birth", "expiry"] as const) {
    put(name, resolved[name].text);
    put(CHECKED_BY[name]!, resolved[name].check);
  }
  if (resolved.number.text.length === 9) {
    put("number", resolved.number.text);
    put("numberCheck", resolved.number.check);
    put("optional", resolved.optional.text);
    put("optionalCheck", resolved.optional.check);
  } else put("numberCheck", "<");
  put("optional2", resolved.optional2);
  const covered = layout.composite.map(([line, from, to]) => lines[line]!.slice(from, to)).join("");
  const digits = part(layout, fits, "composite").map((char) => asDigit(char));
  return digits.includes(icaoCheckDigit(covered));
}
