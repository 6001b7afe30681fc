import { centuryYear, dayOfSix } from "@/lib/ocr/dates.ts";
import { check, field, present } from "@/lib/ocr/field.ts";
import { type Fit, fitLine } from "@/lib/ocr/mrz/fit.ts";
import type { IssuerReading } from "@/lib/ocr/mrz/issuers.ts";
import { type Layout, LAYOUTS, type MrzFormat } from "@/lib/ocr/mrz/layouts.ts";
import { type MrzNames, readNames } from "@/lib/ocr/mrz/mrz_names.ts";
import { resolve, type Resolved } from "@/lib/ocr/mrz/resolve.ts";
import { isBlind, type SlotReading } from "@/lib/ocr/mrz/slots.ts";
import type { FieldCheck, FieldReading, Fields, MrzLine } from "@/lib/ocr/reading.ts";
import type { DocumentType } from "@/lib/upload/document_types.ts";

export interface MrzReading {
  readonly format: MrzFormat;
  /** `other`: an identity card. */
  readonly documentType: Extract<DocumentType, "passport" | "visa" | "other">;
  readonly fields: Fields;
}

/** What costs more is no zone: text that happens to be so long. */
const COST_MAX = 24;
const FAILED_COMPOSITE_COST = 3;
/** The zone stands at the bottom: of more lines than this the first ones are not looked at. */
const LINES_MAX = 12;
/** No check digit covers names, sex and nationality: what the engine was less sure of needs a look. */
const UNCHECKED_CONFIDENCE_MIN = 0.9;

interface Zone {
  readonly layout: Layout;
  readonly lines: readonly MrzLine[];
  readonly fits: readonly (readonly Fit[])[];
  readonly resolved: Resolved;
  readonly cost: number;
}

/**
 * Reads a machine-readable zone (ICAO 9303: TD1, TD2, TD3, MRV-A, MRV-B) from its lines as an engine gave them; lines
 * above or below it may be among them. undefined: there is none. `today` (`YYYY-MM-DD`) settles centuries.
 */
export function readMrz(lines: readonly MrzLine[], { today }: { today: string }): MrzReading | undefined {
  const last = lines.slice(-LINES_MAX);
  const zones = LAYOUTS.flatMap((layout) => {
    return last.map((_line, i) => zoneOf(layout, last.slice(i, i + layout.lines)));
  });
  const best = zones.filter((zone) => zone !== undefined).sort((a, b) => a.cost - b.cost)[0];
  if (best === undefined || best.cost > COST_MAX) return undefined;
  const { resolved, layout } = best;
  if (![resolved.number, resolved.birth, resolved.expiry].some(({ ok }) => ok)) return undefined;
  const documentType = layout.codes === "V" ? "visa" : resolved.code === "P" ? "passport" : "other";
  return { format: layout.format, documentType, fields: fieldsOf(best, today) };
}

function zoneOf(layout: Layout, lines: readonly MrzLine[]): Zone | undefined {
  if (lines.length < layout.lines) return undefined;
  const fits = lines.map((line, index) => fitLine(line, layout, index));
  if (fits.some((fits) => fits.length === 0)) return undefined;
  const cost = fits.reduce((sum, [best]) => sum + best!.cost, 0);
  if (cost > COST_MAX) return undefined;
  const resolved = resolve(layout, fits);
  return {
    layout,
    lines,
    fits,
    resolved,
    cost: cost + (resolved.composite === false ? FAILED_COMPOSITE_COST : 0),
  };
}

function fieldsOf(zone: Zone, today: string): Fields {
  const { resolved } = zone;
  const data = confidenceAt(zone, "birth");
  const sameState = resolved.issuer.code === resolved.nationality.code;
  return present({
    ...nameFields(zone),
    documentNumber: numberField(resolved, resolved.number, confidenceAt(zone, "number")),
    dateOfBirth: dateField(resolved, "birth", data, today),
    yearOfBirth: birthYear(resolved, data, today),
    expiresOn: dateField(resolved, "expiry", data, today),
    sex: sexField(resolved, data),
    nationality: stateField(resolved.nationality, sameState, confidenceAt(zone, "nationality")),
    issuer: stateField(resolved.issuer, sameState, confidenceAt(zone, "issuer")),
    personalNumber: personalNumber(resolved, confidenceAt(zone, "optional")),
  });
}

function confidenceAt({ layout, lines }: Zone, name: string): number {
  return lines[layout.slots.find((slot) => slot.name === name)!.line]!.confidence;
}

function compositeCheck({ composite }: Resolved): readonly FieldCheck[] {
  if (composite === undefined) return [];
  return [check("composite", composite, "The check digit over the whole zone does not agree")];
}

/** The checks of a slot that has a check digit. */
function checksOf(resolved: Resolved, reading: SlotReading): readonly FieldCheck[] {
  const independent = check(
    "independent",
    false,
    "The check digit was needed to find the value and does not prove it",
  );
  const lookalike = check(
    "lookalike",
    false,
    "A check digit cannot tell 6 from G, 1 from L, nor K from a filler",
  );
  return [
    check("check_digit", reading.ok, "The check digit does not agree"),
    ...(reading.guessed && reading.ok ? [independent] : []),
    ...(reading.blind ? [lookalike] : []),
    ...(reading.ok && isExplained(resolved) ? [] : compositeCheck(resolved)),
  ];
}

/** Does another check digit tell already which part made the composite one disagree? */
function isExplained({ composite, number, birth, expiry, optional }: Resolved): boolean {
  return composite === false && [number, birth, expiry, optional].some(({ ok }) => !ok);
}

function numberField(resolved: Resolved, reading: SlotReading, confidence: number): FieldReading | undefined {
  const value = reading.text.replaceAll("<", "");
  if (value === "") return undefined;
  const checks = checksOf(resolved, reading);
  return field({ value, source: "mrz", confidence, checks, repaired: reading.repaired });
}

function personalNumber(resolved: Resolved, confidence: number): FieldReading | undefined {
  const { layout, optional, optional2 } = resolved;
  // What a visa holds there is its state's own affair.
  if (layout.codes === "V") return undefined;
  const value = (optional.text + optional2).replace(/<+/g, " ").trim();
  if (value === "") return undefined;
  const ownCheck = layout.format === "TD3";
  const checks = ownCheck ? checksOf(resolved, optional) : compositeCheck(resolved);
  // The composite alone covers too much to prove it.
  const unsure = !ownCheck && (confidence < UNCHECKED_CONFIDENCE_MIN || optional.blind || isBlind(optional2));
  return field({ value, source: "mrz", confidence, checks, repaired: optional.repaired, unsure });
}

function dateField(
  resolved: Resolved,
  name: "birth" | "expiry",
  confidence: number,
  today: string,
): FieldReading | undefined {
  const reading = resolved[name];
  const value = dayOfSix(reading.text, name, today);
  if (value === undefined) return undefined;
  const checks = checksOf(resolved, reading);
  return field({ value, source: "mrz", confidence, checks, repaired: reading.repaired });
}

/** Where month and day are not known, fillers stand for them. */
function birthYear(resolved: Resolved, confidence: number, today: string): FieldReading | undefined {
  const { text, repaired } = resolved.birth;
  if (!/^\d\d(<<|\d\d)<<$/.test(text)) return undefined;
  const value = String(centuryYear(text, "birth", today));
  return field({ value, source: "mrz", confidence, checks: checksOf(resolved, resolved.birth), repaired });
}

function sexField({ sex, sexLost }: Resolved, confidence: number): FieldReading | undefined {
  if (!/^[MF<]$/.test(sex)) return undefined;
  const unsure = sexLost || confidence < UNCHECKED_CONFIDENCE_MIN;
  return field({ value: sex === "<" ? "X" : sex, source: "mrz", confidence, unsure });
}

/** Issuer and nationality are checked by the list of codes, and by each other where they are the same. */
function stateField(state: IssuerReading, sameState: boolean, confidence: number): FieldReading {
  const { code, known, repaired, single } = state;
  const checks = [check("known_code", known, `${code} is no country's code`)];
  const unsure = !sameState && (repaired || !single || confidence < UNCHECKED_CONFIDENCE_MIN);
  return field({ value: code, source: "mrz", confidence, checks, repaired, unsure });
}

function nameFields(zone: Zone): Fields {
  const { layout, fits } = zone;
  const slot = layout.slots.find(({ name }) => name === "names")!;
  const confidence = confidenceAt(zone, "names");
  const readings = fits[slot.line]!.map((fit) => ({
    fit,
    names: readNames(fit.text.slice(slot.from, slot.to)),
  }));
  const [{ fit, names }] = readings as [{ fit: Fit; names: MrzNames }];
  const others = readings.filter(({ fit: { original } }) => original !== fit.original);
  const differs = others.some(({ names: other }) => whole(other) !== whole(names));
  const detail = names.doubt ?? (differs ? "Two readings of the name differ" : undefined) ??
    (isChanged(fit, names) ? "The line was too long or too short" : undefined);
  const checks = detail === undefined ? [] : [check("name_zone", false, detail)];
  const unsure = confidence < UNCHECKED_CONFIDENCE_MIN;
  const of = (value: string) => {
    const parts = { value, source: "mrz", confidence, checks, repaired: names.repaired, unsure } as const;
    return value === "" ? undefined : field(parts);
  };
  return present({ name: of(whole(names)), surname: of(names.surname), givenNames: of(names.givenNames) });
}

function whole({ givenNames, surname }: MrzNames): string {
  return `${givenNames} ${surname}`.trim();
}

/** Did bringing the line to its width change a letter of the name? */
function isChanged({ text, original }: Fit, { surname, givenNames }: MrzNames): boolean {
  if (text === original) return false;
  const written = original.replace(/<+/g, " ");
  return !written.includes(surname) || !written.includes(givenNames);
}
