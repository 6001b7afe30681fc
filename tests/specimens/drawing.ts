import { SANS } from "./sans_glyphs.ts";

export interface TextStyle {
  /** Left edge and baseline, in pixels. */
  readonly x: number;
  readonly y: number;
  /** Height of a capital, in pixels. */
  readonly capPx: number;
  readonly colour?: string;
  readonly bold?: boolean;
}

/** SVG of one line of text, as outlines: it looks the same wherever it is drawn. ASCII only. */
export function text(line: string, { x, y, capPx, colour = "#1b1b1b", bold = false }: TextStyle): string {
  const scale = capPx / SANS.capHeight;
  // Thicker strokes need room between the letters.
  const weight = bold ? SANS.unitsPerEm / 14 : 0;
  let pen = 0;
  const paths = [...line].map((character) => {
    const [advance, outline] = glyph(character);
    const placed = outline === "" ? "" : `<path transform="translate(${pen} 0)" d="${outline}"/>`;
    pen += advance + weight;
    return placed;
  });
  const stroke = bold ? ` stroke="${colour}" stroke-width="${weight}"` : "";
  return `<g transform="translate(${x} ${y}) scale(${scale})" fill="${colour}"${stroke}>${
    paths.join("")
  }</g>`;
}

/** How far a line reaches, in pixels. */
export function textWidth(line: string, capPx: number): number {
  return [...line].reduce((sum, character) => sum + glyph(character)[0], 0) * capPx / SANS.capHeight;
}

function glyph(character: string): readonly [number, string] {
  const found = SANS.glyphs[character];
  if (found === undefined) {
    throw new RangeError(`No outline of ${JSON.stringify(character)}: specimens are ASCII`);
  }
  return found;
}

export interface Page {
  readonly width: number;
  readonly height: number;
  readonly background?: string;
  /** Fine waves under the text, as on documents of value. */
  readonly guilloche?: string;
}

/** A whole page: its ground, `parts` over it, and SPECIMEN across, faint enough not to hide text. */
export function page(
  { width, height, background = "#f3efe6", guilloche }: Page,
  parts: readonly string[],
): string {
  const size = Math.round(width / 14);
  const across = text("SPECIMEN", { x: 0, y: 0, capPx: size, colour: "#c9b9b0" });
  const left = Math.round((width - textWidth("SPECIMEN", size) * 0.94) / 2);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="${width}" height="${height}" fill="${background}"/>` +
    (guilloche === undefined ? "" : waves(width, height, guilloche)) +
    `<g opacity="0.35" transform="translate(${left} ${
      Math.round(height * 0.62)
    }) rotate(-18)">${across}</g>` +
    `${parts.join("")}</svg>`;
}

function waves(width: number, height: number, colour: string): string {
  const step = 24;
  let lines = "";
  for (let y = -step; y < height + step; y += step) {
    lines += `M0 ${y}`;
    for (let x = 0; x < width; x += 160) lines += `q40 ${step} 80 0t80 0`;
  }
  return `<path d="${lines}" fill="none" stroke="${colour}" stroke-width="1"/>`;
}

/** A head and shoulders: there is nobody's face in a specimen. */
export function portrait(x: number, y: number, width: number, height: number): string {
  const middle = x + width / 2;
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="#d8dde2"/>` +
    `<circle cx="${middle}" cy="${y + height * 0.4}" r="${width * 0.24}" fill="#8c959e"/>` +
    `<path d="M${x + width * 0.1} ${y + height}q${width * 0.4} ${-height * 0.7} ${
      width * 0.8
    } 0z" fill="#8c959e"/>`;
}
