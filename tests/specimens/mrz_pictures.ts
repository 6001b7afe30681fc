import { Dice } from "@/lib/random/dice.ts";
import { degrade, greyPng, type Wear } from "@/services/ocr/training/degrade.ts";
import { inventMrz } from "@/services/ocr/training/mrz_texts.ts";
import { mrzPitchPx, mrzSizePx, mrzSvg } from "@/tests/specimens/mrz_svg.ts";

/** How worn pictures of a set are: as drawn, as a scanner or a telephone makes them, near what can be read at all. */
export type MrzSet = "clean" | "degraded" | "hard";

export interface MrzPicture {
  /** What stands in it. */
  lines: readonly string[];
  /** PNG. */
  content: Uint8Array<ArrayBuffer>;
  /** Only the zone and some paper, or a whole page of a document. */
  isPage: boolean;
}

/** The specimens of ICAO Doc 9303: passport, visa A, visa B. */
export const ICAO_LINES: readonly (readonly string[])[] = [
  ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"],
  ["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"],
  ["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"],
];

const PAPER = "#f2f0ea";

/** Picture `index` of a set; every other one is a whole page. The same index draws the same picture. */
export async function mrzPicture(set: MrzSet, index: number): Promise<MrzPicture> {
  const dice = new Dice(9_000_000 + index * 104_729 + set.length);
  const lines = ICAO_LINES[index] ?? inventMrz(dice);
  const isPage = index % 2 === 1;
  const cap = Math.round(
    { clean: 20, degraded: 18, hard: 14 }[set] + dice.roll() * (set === "hard" ? 10 : 16),
  );
  const svg = isPage ? pageSvg(lines, cap, dice) : bandSvg(lines, cap, dice);
  const worn = await degrade(new TextEncoder().encode(svg), wearOf(set, dice), dice);
  return { lines, content: await greyPng(worn), isPage };
}

function wearOf(set: MrzSet, dice: Dice): Wear {
  const between = (min: number, max: number) => min + dice.roll() * (max - min);
  if (set === "clean") return {};
  if (set === "degraded") {
    return {
      rotateDeg: between(-1.5, 1.5),
      blurSigmaPx: between(0.3, 1),
      shadow: between(0.55, 1),
      noiseSigma: between(3, 10),
      jpegQuality: dice.whole(50, 80),
    };
  }
  return {
    rotateDeg: between(-3, 3),
    shrink: between(0.7, 0.95),
    blurSigmaPx: between(0.5, 1),
    shadow: between(0.4, 0.8),
    noiseSigma: between(6, 14),
    jpegQuality: dice.whole(35, 60),
  };
}

/** The zone alone, cut out with some paper around it. */
export function bandSvg(lines: readonly string[], cap: number, dice: Dice): string {
  const size = mrzSizePx(lines, cap);
  const side = cap * (1 + dice.roll() * 1.5);
  const width = Math.round(size.width + 2 * side), height = Math.round(size.height + 2 * side);
  return sheet(
    width,
    height,
    waves(width, height, cap, dice) + mrzSvg(lines, { capHeightPx: cap, x: side, y: side }),
  );
}

/** A page of an invented document: portrait, print, and the zone at its foot. */
export function pageSvg(lines: readonly string[], cap: number, dice: Dice): string {
  const size = mrzSizePx(lines, cap);
  const side = mrzPitchPx(cap) * 2.2;
  const width = Math.round(size.width + 2 * side), height = Math.round(width * 0.7);
  const y = height - size.height - side;
  const top = height * 0.16;
  const photo = { x: side, y: top, width: width * 0.24, height: Math.min(width * 0.31, y - top - cap) };
  const labels = [
    "Surname",
    "Given names",
    "Nationality",
    "Date of birth",
    "Place of birth",
    "Date of expiry",
  ];
  const values = ["ERIKSSON", "ANNA MARIA", "UTOPIAN", "12 AUG 1974", "ZENITH", "15 APR 2012"];
  const printed = labels.flatMap((label, i) => {
    const line = top + i * cap * 1.8;
    return [
      text(width * 0.33, line, cap * 0.5, label, "#555"),
      text(width * 0.33, line + cap * 0.9, cap * 0.8, values[i]!, "#222"),
    ];
  });
  return sheet(
    width,
    height,
    [
      waves(width, height, cap, dice),
      text(side, height * 0.09, cap * 1.4, "UTOPIA  PASSPORT", "#224"),
      portrait(photo),
      ...printed,
      mrzSvg(lines, { capHeightPx: cap, x: side, y, ink: "#181818" }),
    ].join(""),
  );
}

/** A head and shoulders, cut off at the frame. */
function portrait({ x, y, width, height }: { x: number; y: number; width: number; height: number }): string {
  return `<svg x="${x}" y="${y}" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="#b9b4ac"/><circle cx="50%" cy="40%" r="22%" fill="#6d5a4c"/>` +
    `<ellipse cx="50%" cy="98%" rx="40%" ry="30%" fill="#3a4252"/></svg>`;
}

function sheet(width: number, height: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="${PAPER}"/>${content}</svg>`;
}

function text(x: number, y: number, size: number, content: string, ink: string): string {
  return `<text x="${x}" y="${y}" font-family="sans-serif" font-size="${size}" fill="${ink}">${content}</text>`;
}

/** Fine waves under everything, as documents have them. */
function waves(width: number, height: number, cap: number, dice: Dice): string {
  const step = cap * (0.4 + dice.roll() * 0.4), swing = cap * (0.2 + dice.roll() * 0.4);
  const wave = cap * (3 + dice.roll() * 4);
  let d = "";
  for (let y = -swing; y < height + swing; y += step) {
    d += `M0 ${y.toFixed(1)}`;
    for (let x = 0; x < width; x += wave) {
      d += `q${(wave / 4).toFixed(1)} ${(-swing).toFixed(1)} ${(wave / 2).toFixed(1)} 0t${
        (wave / 2).toFixed(1)
      } 0`;
    }
  }
  return `<path d="${d}" fill="none" stroke="#cfc9da" stroke-width="${(cap * 0.06).toFixed(2)}"/>`;
}
