import { icaoDigit } from "./numbers.ts";
import type { Person } from "./people.ts";

/** Formats of the machine-readable zone, ICAO Doc 9303 parts 4 to 7. */
export type MrzFormat = "td1" | "td2" | "td3" | "mrv_a" | "mrv_b";

const WIDTH = { td1: 30, td2: 36, td3: 44, mrv_a: 44, mrv_b: 36 } as const;

/** The two or three lines of somebody's document; check digits are right. `number` has at most nine characters. */
export function mrzText(format: MrzFormat, person: Person, number: string): string[] {
  const width = WIDTH[format];
  const born = checked(shortDate(person.dateOfBirth));
  const ends = checked(shortDate(person.expiresOn));
  const numbered = checked(fill(number, 9));
  const names = `${dashed(person.surname)}<<${dashed(person.givenNames)}`;
  if (format === "td1") {
    const first = fill(`I<${person.country}${numbered}`, width);
    const second = `${born}${person.sex}${ends}${person.country}`.padEnd(29, "<");
    return [
      first,
      second + icaoDigit(first.slice(5) + second.slice(0, 7) + second.slice(8, 15) + second.slice(18)),
      fill(names, width),
    ];
  }
  const kind = { td2: "I<", td3: "P<", mrv_a: "V<", mrv_b: "V<" }[format];
  const first = fill(`${kind}${person.country}${names}`, width);
  const data = `${numbered}${person.country}${born}${person.sex}${ends}`;
  const isVisa = format === "mrv_a" || format === "mrv_b";
  if (isVisa) return [first, fill(data, width)];
  // An unused personal number may have `0` or `<` as its digit.
  const optional = format === "td3" ? "<".repeat(14) + "0" : "<".repeat(7);
  return [first, data + optional + icaoDigit(numbered + born + ends + optional)];
}

function checked(field: string): string {
  return field + icaoDigit(field);
}

function fill(line: string, width: number): string {
  return line.padEnd(width, "<").slice(0, width);
}

function dashed(name: string): string {
  return name.replaceAll(/[^A-Z]/g, "<");
}

function shortDate(iso: string): string {
  return iso.slice(2).replaceAll("-", "");
}
