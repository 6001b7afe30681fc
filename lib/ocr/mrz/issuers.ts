import { asLetters, FILLER_LOOKALIKES, lookalikes } from "@/lib/ocr/confusions.ts";

/** ISO 3166-1 alpha-3. */
const COUNTRIES = `
ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM
BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR
CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB
GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA
JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA
MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR
NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS
SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON
TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE`;

/** Codes of ICAO 9303 part 3, section 5, that ISO 3166 does not have: Germany, specimens, organisations, no state. */
const OTHERS = `
D<< UTO GBD GBN GBO GBP GBS EUE RKS KS< UNO UNA UNK XXA XXB XXC XXX XOM XPO XCC XCO XEC XES XMP XBA XIM XCE XDC IAO`;

const CODES: ReadonlySet<string> = new Set(`${COUNTRIES} ${OTHERS}`.trim().split(/\s+/));

/** Codes by the texts that differ from them in one character, which looks like theirs. */
const NEIGHBOURS = new Map<string, string[]>();
for (const code of CODES) {
  for (const text of misreadings(code)) NEIGHBOURS.set(text, [...NEIGHBOURS.get(text) ?? [], code]);
}

export interface IssuerReading {
  /** Three letters, without fillers: `D` is Germany. */
  readonly code: string;
  readonly known: boolean;
  readonly repaired: boolean;
  /** No other known code looks like it. */
  readonly single: boolean;
}

/** The state or organisation that three characters stand for. */
export function readIssuer(raw: string): IssuerReading {
  if (CODES.has(raw)) return reading(raw, true, false, neighbours(raw).length === 0);
  const near = neighbours(raw);
  const likeliest = near.find((code) =>
    [...code].every((c, i) => c === raw[i] || asLetters(raw[i]!)[0] === c)
  );
  const found = likeliest ?? near[0];
  if (found === undefined) return reading(raw, false, false, false);
  return reading(found, true, true, near.length === 1);
}

function reading(code: string, known: boolean, repaired: boolean, single: boolean): IssuerReading {
  return { code: code.replaceAll("<", ""), known, repaired, single };
}

function neighbours(raw: string): readonly string[] {
  return NEIGHBOURS.get(raw) ?? [];
}

function misreadings(code: string): readonly string[] {
  return [...code].flatMap((char, index) => {
    const others = char === "<" ? [...FILLER_LOOKALIKES] : lookalikes(char);
    return others.map((other) => code.slice(0, index) + other + code.slice(index + 1));
  });
}

/**
 * Forms of passport numbers, by issuer. Where one is known, each position has a type of its own: `A` a letter, `9` a digit.
 * India: a letter and seven digits. United Kingdom: nine digits. United States: nine digits, or a letter and eight.
 */
const NUMBER_FORMS: Readonly<Record<string, readonly string[]>> = {
  IND: ["A9999999<"],
  GBR: ["999999999"],
  USA: ["999999999", "A99999999"],
};

export function numberForms(issuer: string): readonly string[] {
  return NUMBER_FORMS[issuer] ?? [];
}
