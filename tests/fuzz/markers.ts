/** The two organisations of the fuzzing. Whatever can have the same id in both, has it. */
export const ORGANISATIONS = [1, 2] as const;
export type Org = typeof ORGANISATIONS[number];

export function otherOrg(org: Org): Org {
  return org === 1 ? 2 : 1;
}

/** Where the row is that a marker stands in; 0: of the whole organisation. */
export type Place = 0 | 1 | 2;

/** Text that says whose it is: `Zq2p1-email`. Nothing but what was planted has it. */
export function marker(org: Org, place: Place, what: string): string {
  return `Zq${org}p${place}-${what.replaceAll("_", "")}`;
}

/** What cannot be text says whose it is by a value that nothing else has. */
export const AMOUNT_MINOR: Record<Org, number> = { 1: 31415926535, 2: 27182818284 };
export const DAY: Record<Org, string> = { 1: "2046-01-01", 2: "2047-02-02" };
export const CURRENCY: Record<Org, string> = { 1: "JPY", 2: "KWD" };
export const COLOUR: Record<Org, string> = { 1: "#0dd1e5", 2: "#0dd2e5" };
export const SHA256: Record<Org, string> = { 1: "1ee7".repeat(16), 2: "2bad".repeat(16) };

/** The first marker in a text that this reader must not see, with what stands around it; undefined: none. */
export function crossing(text: string, reader: Reader): string | undefined {
  const other = otherOrg(reader.org);
  const { properties } = reader;
  const outside = properties === "*" ? [] : [1, 2].filter((id) => !properties.includes(id));
  const own = outside.map((place) => `Zq${reader.org}p${place}`);
  const words = [
    `Zq${other}p`,
    ...own,
    String(AMOUNT_MINOR[other]),
    DAY[other],
    `"${CURRENCY[other]}"`,
    COLOUR[other],
    SHA256[other],
  ];
  const found = words.find((word) => text.includes(word));
  if (found === undefined) return undefined;
  const at = text.indexOf(found);
  return text.slice(Math.max(0, at - 120), at + 80);
}

export interface Reader {
  readonly org: Org;
  /** Whose markers this reader may see. */
  readonly properties: "*" | readonly number[];
}

/** Marks of either organisation, in what no organisation should be named in: log lines, metrics. */
export function anyMarker(text: string): string | undefined {
  return /.{0,120}Zq[12]p[012].{0,80}/s.exec(text)?.[0];
}
