import { dayInText } from "@/lib/ocr/dates.ts";
import { field } from "@/lib/ocr/field.ts";
import { cellBelow, type PrintCell, printCells } from "@/lib/ocr/print_cells.ts";
import type { FieldName, Fields, PrintedLine } from "@/lib/ocr/reading.ts";

/** Readings that must agree on a value before it says anything against another one. */
const VOTES_MIN = 2;

interface Label {
  readonly name: FieldName;
  readonly label: RegExp;
  readonly read: (text: string, today: string) => string | undefined;
}

/** What stands over the values of a travel document in English, which ICAO asks for (Doc 9303-3, 3.1). */
const LABELS: readonly Label[] = [
  { name: "surname", label: /\bsurname\b/i, read: nameIn },
  { name: "givenNames", label: /\bgiven names?\b/i, read: nameIn },
  { name: "documentNumber", label: /\b(?:passport|visa|document|card) n[o0]\b/i, read: numberIn },
  { name: "dateOfBirth", label: /\bbirth\b/i, read: (text, today) => dayInText(text, "birth", today) },
  { name: "issuedOn", label: /\bissue\b/i, read: (text, today) => dayInText(text, "expiry", today) },
  { name: "expiresOn", label: /\bexpiry\b/i, read: (text, today) => dayInText(text, "expiry", today) },
];

export interface PrintZoneOptions {
  /** `YYYY-MM-DD` */
  readonly today: string;
  /** What the machine-readable zone says: where one look at the print says the same, the others were mistaken. */
  readonly mrz?: Fields;
}

/**
 * What the printed part of a travel document says, by its labels, from several readings of the upright page. A value
 * that only one look gives counts if the zone says the same, and says nothing against it otherwise.
 */
export function readPrintZone(
  readings: readonly (readonly PrintedLine[])[],
  { today, mrz = {} }: PrintZoneOptions,
): Fields {
  const cells = readings.map(printCells);
  const fields = LABELS.flatMap((label) => {
    const found = cells.flatMap((page) => valuesUnder(label, page, today));
    const values = found.map(({ value }) => value);
    const votes = (value: string) => values.filter((other) => other === value).length;
    const zoned = mrz[label.name]?.value;
    const best = found.find(({ value }) => value === zoned) ?? standing(zoned, label, cells, today) ??
      found.filter(({ value }) => votes(value) >= VOTES_MIN)
        .sort((a, b) => votes(b.value) - votes(a.value) || b.confidence - a.confidence)[0];
    if (best === undefined) return [];
    return [
      [label.name, field({ ...best, source: "print", unsure: votes(best.value) < VOTES_MIN })] as const,
    ];
  });
  return withName(Object.fromEntries(fields));
}

/** Both names in one, as the zone gives them, too. */
function withName(fields: Fields): Fields {
  const { surname, givenNames } = fields;
  if (surname === undefined || givenNames === undefined) return fields;
  const confidence = Math.min(surname.confidence, givenNames.confidence);
  const value = `${givenNames.value} ${surname.value}`;
  const unsure = surname.needsReview || givenNames.needsReview;
  return { ...fields, name: field({ value, source: "print", confidence, unsure }) };
}

/** A value of the zone that stands somewhere in print, whole and alone: labels are small, and misread sooner. */
function standing(
  value: string | undefined,
  { read }: Label,
  pages: readonly (readonly PrintCell[])[],
  today: string,
) {
  if (value === undefined) return undefined;
  const cell = pages.flat().find(({ text }) =>
    !LABELS.some(({ label }) => label.test(text)) && read(text, today) === value
  );
  return cell === undefined ? undefined : { value, confidence: cell.confidence };
}

function valuesUnder({ label, read }: Label, cells: readonly PrintCell[], today: string) {
  return cells.filter(({ text }) => label.test(text)).flatMap((cell) => {
    const below = cellBelow(cell, cells);
    const value = below === undefined ? undefined : read(below.text, today);
    return below === undefined || value === undefined ? [] : [{ value, confidence: below.confidence }];
  });
}

function nameIn(text: string): string | undefined {
  const name = text.toUpperCase().replaceAll(/[^A-Z' -]/g, "").trim().replaceAll(/ +/g, " ");
  return name === "" ? undefined : name;
}

function numberIn(text: string): string | undefined {
  return /^[A-Z0-9]{5,9}$/.exec(text.toUpperCase().replaceAll(" ", ""))?.[0];
}
