import { OCRB_CAP_HEIGHT, OCRB_PATHS, OCRB_PITCH } from "@/tests/specimens/ocrb_glyphs.ts";

export interface MrzPlace {
  capHeightPx: number;
  /** Left edge of the first character's cell. */
  x: number;
  /** Top of the first line's capitals. */
  y: number;
  /** Any SVG colour; black where it is left out. */
  ink?: string;
}

/** Doc 9303: lines stand 6.35 mm apart where characters stand 2.54 mm apart. */
const LINE_PITCHES = 2.5;

/**
 * Lines of `A-Z0-9<` in OCR-B as an SVG group, to stand inside an `<svg>`; no font needed.
 * Throws RangeError on any other character.
 */
export function mrzSvg(lines: readonly string[], place: MrzPlace): string {
  const scale = place.capHeightPx / OCRB_CAP_HEIGHT;
  const pitch = mrzPitchPx(place.capHeightPx);
  const glyphs = lines.flatMap((line, row) =>
    [...line].map((character, column) => {
      const path = OCRB_PATHS[character];
      if (path === undefined) {
        throw new RangeError(`Cannot draw ${character}: a zone has only A-Z, 0-9 and <`);
      }
      const x = place.x + column * pitch;
      const y = place.y + place.capHeightPx + row * LINE_PITCHES * pitch;
      return `<path transform="translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${
        scale.toFixed(5)
      })" d="${path}"/>`;
    })
  );
  return `<g fill="${place.ink ?? "#000"}">${glyphs.join("")}</g>`;
}

/** From one character to the next. */
export function mrzPitchPx(capHeightPx: number): number {
  return OCRB_PITCH * capHeightPx / OCRB_CAP_HEIGHT;
}

/** Room that lines take, from the top of the first capitals to the baseline of the last line. */
export function mrzSizePx(lines: readonly string[], capHeightPx: number): { width: number; height: number } {
  const pitch = mrzPitchPx(capHeightPx);
  const width = Math.max(0, ...lines.map((line) => line.length)) * pitch;
  return { width, height: capHeightPx + (lines.length - 1) * LINE_PITCHES * pitch };
}
