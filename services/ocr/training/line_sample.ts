import type { Dice } from "@/lib/random/dice.ts";
import type { GreyPicture } from "@/lib/ocr/picture/grey.ts";
import { degrade, normal } from "@/services/ocr/training/degrade.ts";
import type { GlyphSet } from "@/services/ocr/training/font.ts";
import { chanceLine, inventMrz } from "@/services/ocr/training/mrz_texts.ts";

/** One line to learn from: its picture, cut as the reader cuts lines, and what it says. */
export interface LineSample {
  text: string;
  picture: GreyPicture;
}

const MRZ_SHARE = 0.65;
const CAP_PX_MIN = 15;
const CAP_PX_MAX = 52;
/** What deskewing leaves over. */
const ROTATE_SIGMA_DEG = 0.25;
const ROTATE_MAX_DEG = 1.2;
const MARGIN_Y_MAX_CAPS = 0.4;
const MARGIN_X_MAX_CAPS = 0.9;

/** Draws one line with all that may befall it; the same dice draw the same line. */
export async function drawLineSample(cuts: readonly GlyphSet[], dice: Dice): Promise<LineSample> {
  const text = dice.chance(MRZ_SHARE)
    ? dice.pick(inventMrz(dice))
    : chanceLine(dice, dice.pick([30, 36, 44, dice.whole(12, 46)]));
  const cap = Math.round(CAP_PX_MIN * (CAP_PX_MAX / CAP_PX_MIN) ** dice.roll());
  const svg = lineSvg(text, dice.pick(cuts), cap, dice);
  const picture = await degrade(new TextEncoder().encode(svg), {
    ...(dice.chance(0.3) ? { shrink: Math.max(0.5, 12 / cap, 0.5 + dice.roll() / 2) } : {}),
    ...(dice.chance(0.6) ? { blurSigmaPx: dice.roll() * cap * 0.065 } : {}),
    ...(dice.chance(0.3) ? { shadow: 0.45 + dice.roll() * 0.5 } : {}),
    ...(dice.chance(0.6) ? { noiseSigma: dice.roll() * 18 } : {}),
    ...(dice.chance(0.7) ? { jpegQuality: dice.whole(40, 88) } : {}),
  }, dice);
  return { text, picture };
}

function lineSvg(text: string, cut: GlyphSet, cap: number, dice: Dice): string {
  const scale = cap / cut.capHeight;
  const pitch = cut.pitch * scale * (0.92 + dice.roll() * 0.18);
  const angle = Math.max(-ROTATE_MAX_DEG, Math.min(ROTATE_MAX_DEG, normal(dice) * ROTATE_SIGMA_DEG));
  const shear = normal(dice) * 1.2;
  const length = pitch * text.length;
  const lean = Math.abs(Math.sin(angle * Math.PI / 180)) * length;
  const [left, right] = [dice.roll() * MARGIN_X_MAX_CAPS * cap, dice.roll() * MARGIN_X_MAX_CAPS * cap];
  const [top, bottom] = [dice.roll() * MARGIN_Y_MAX_CAPS * cap, dice.roll() * MARGIN_Y_MAX_CAPS * cap];
  const width = Math.ceil(left + length + right), height = Math.ceil(top + cap + lean + bottom);
  const paper = dice.whole(165, 255), ink = dice.whole(0, Math.min(110, paper - 90));
  const jitter = dice.chance(0.25) ? cap * 0.025 : 0;
  const stroke = dice.chance(0.4) ? strokeOf(dice, ink, paper) : "";
  const baseline = top + lean / 2 + cap;
  const glyphs = [...text].map((character, i) => {
    const x = left + i * pitch + normal(dice) * jitter, y = baseline + normal(dice) * jitter;
    const narrow = pitch / (cut.pitch * scale);
    return `<path transform="translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${
      (scale * narrow).toFixed(5)
    } ${scale.toFixed(5)})" d="${cut.paths[character]}"/>`;
  });
  const turn = `rotate(${angle.toFixed(3)} ${width / 2} ${height / 2}) skewX(${shear.toFixed(2)})`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="${grey(paper)}"/>` +
    (dice.chance(0.35) ? guilloche(width, height, paper, cap, dice) : "") +
    `<g fill="${grey(ink)}" ${stroke} transform="${turn}">${glyphs.join("")}</g>` +
    (dice.chance(0.3) ? dropouts(width, height, paper, cap, dice) : "") + `</svg>`;
}

/** Bolder by a stroke of ink, thinner by one of paper; in units of the glyph. */
function strokeOf(dice: Dice, ink: number, paper: number): string {
  const isBold = dice.chance(0.6);
  const width = Math.round(dice.roll() * (isBold ? 55 : 32));
  return `stroke="${grey(isBold ? ink : paper)}" stroke-width="${width}"`;
}

/** The waves printed under the text of a document. */
function guilloche(width: number, height: number, paper: number, cap: number, dice: Dice): string {
  const shade = grey(Math.max(0, paper - dice.whole(12, 60)));
  const step = cap * (0.2 + dice.roll() * 0.6), wave = cap * (1 + dice.roll() * 5);
  const swing = cap * dice.roll() * 0.5;
  let d = "";
  for (let y = -swing; y < height + swing; y += step) {
    d += `M0 ${y.toFixed(1)}`;
    for (let x = 0; x < width; x += wave) {
      d += `q${(wave / 4).toFixed(1)} ${(-swing).toFixed(1)} ${(wave / 2).toFixed(1)} 0t${
        (wave / 2).toFixed(1)
      } 0`;
    }
  }
  return `<path d="${d}" fill="none" stroke="${shade}" stroke-width="${(cap * 0.05).toFixed(2)}"/>`;
}

/** Specks where the ink did not take, and some of dust. */
function dropouts(width: number, height: number, paper: number, cap: number, dice: Dice): string {
  const count = dice.whole(2, Math.max(3, Math.round(width / cap)));
  return Array.from({ length: count }, () => {
    const x = dice.roll() * width, y = dice.roll() * height, r = cap * (0.02 + dice.roll() * 0.07);
    const shade = dice.chance(0.8) ? paper : paper - 100;
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r.toFixed(2)}" fill="${grey(shade)}"/>`;
  }).join("");
}

function grey(level: number): string {
  return `rgb(${level},${level},${level})`;
}
