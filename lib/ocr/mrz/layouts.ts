export const MRZ_FORMATS = ["TD1", "TD2", "TD3", "MRV-A", "MRV-B"] as const;
export type MrzFormat = (typeof MRZ_FORMATS)[number];

/** What can stand in a slot: letters, digits, both, or M, F and nothing. Fillers can stand everywhere but in a check digit. */
export type SlotKind = "letters" | "digits" | "both" | "sex";

export type SlotName =
  | "code"
  | "issuer"
  | "number"
  | "numberCheck"
  | "nationality"
  | "birth"
  | "birthCheck"
  | "sex"
  | "expiry"
  | "expiryCheck"
  | "optional"
  | "optionalCheck"
  | "optional2"
  | "composite"
  | "names";

/** Positions `from` up to, not including, `to` of a line; both count from 0. */
export interface Slot {
  readonly name: SlotName;
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly kind: SlotKind;
}

export interface Layout {
  readonly format: MrzFormat;
  readonly lines: number;
  readonly width: number;
  /** First letters of the document's code. */
  readonly codes: string;
  readonly slots: readonly Slot[];
  /** What the composite check digit covers, in order: line, from, to. Empty: the format has none. */
  readonly composite: readonly (readonly [line: number, from: number, to: number])[];
}

type Row = readonly [SlotName, from: number, to: number, SlotKind];

function slots(...lines: readonly (readonly Row[])[]): readonly Slot[] {
  return lines.flatMap((rows, line) =>
    rows.map(([name, from, to, kind]) => ({ name, line, from, to, kind }))
  );
}

const HEAD: readonly Row[] = [["code", 0, 2, "letters"], ["issuer", 2, 5, "letters"]];

/** The line with the data, as passports, visas and two-line cards have it up to the expiry. */
const DATA: readonly Row[] = [
  ["number", 0, 9, "both"],
  ["numberCheck", 9, 10, "digits"],
  ["nationality", 10, 13, "letters"],
  ["birth", 13, 19, "digits"],
  ["birthCheck", 19, 20, "digits"],
  ["sex", 20, 21, "sex"],
  ["expiry", 21, 27, "digits"],
  ["expiryCheck", 27, 28, "digits"],
];

/** ICAO 9303 parts 4 (TD3), 5 (TD1), 6 (TD2) and 7 (MRV-A, MRV-B). */
export const LAYOUTS: readonly Layout[] = [
  {
    format: "TD3",
    lines: 2,
    width: 44,
    codes: "P",
    slots: slots([...HEAD, ["names", 5, 44, "letters"]], [
      ...DATA,
      ["optional", 28, 42, "both"],
      ["optionalCheck", 42, 43, "digits"],
      ["composite", 43, 44, "digits"],
    ]),
    composite: [[1, 0, 10], [1, 13, 20], [1, 21, 43]],
  },
  {
    format: "MRV-A",
    lines: 2,
    width: 44,
    codes: "V",
    slots: slots([...HEAD, ["names", 5, 44, "letters"]], [...DATA, ["optional", 28, 44, "both"]]),
    composite: [],
  },
  {
    format: "TD2",
    lines: 2,
    width: 36,
    codes: "ACIP",
    slots: slots([...HEAD, ["names", 5, 36, "letters"]], [
      ...DATA,
      ["optional", 28, 35, "both"],
      ["composite", 35, 36, "digits"],
    ]),
    composite: [[1, 0, 10], [1, 13, 20], [1, 21, 35]],
  },
  {
    format: "MRV-B",
    lines: 2,
    width: 36,
    codes: "V",
    slots: slots([...HEAD, ["names", 5, 36, "letters"]], [...DATA, ["optional", 28, 36, "both"]]),
    composite: [],
  },
  {
    format: "TD1",
    lines: 3,
    width: 30,
    codes: "ACIP",
    slots: slots(
      [...HEAD, ["number", 5, 14, "both"], ["numberCheck", 14, 15, "digits"], ["optional", 15, 30, "both"]],
      [
        ["birth", 0, 6, "digits"],
        ["birthCheck", 6, 7, "digits"],
        ["sex", 7, 8, "sex"],
        ["expiry", 8, 14, "digits"],
        ["expiryCheck", 14, 15, "digits"],
        ["nationality", 15, 18, "letters"],
        ["optional2", 18, 29, "both"],
        ["composite", 29, 30, "digits"],
      ],
      [["names", 0, 30, "letters"]],
    ),
    composite: [[0, 5, 30], [1, 0, 7], [1, 8, 15], [1, 18, 29]],
  },
];

/** The slot of a check digit, by what it checks. */
export const CHECKED_BY: Partial<Readonly<Record<SlotName, SlotName>>> = {
  number: "numberCheck",
  birth: "birthCheck",
  expiry: "expiryCheck",
  optional: "optionalCheck",
};
