/**
 * Writes the glyphs of the free OCR-B font as a source file, so that tests draw without any font installed.
 *
 *     deno run -A services/ocr/training/glyphs_cli.ts > tests/specimens/ocrb_glyphs.ts
 */
import { readGlyphs } from "@/services/ocr/training/font.ts";

const FONT = "/usr/share/fonts/opentype/ocr-b/OCRB.otf";

const { capHeight, pitch, paths } = readGlyphs(await Deno.readFile(FONT));
const lines = Object.entries(paths).map(([character, path]) => `  ${JSON.stringify(character)}: "${path}",`);
console.log(
  `// Written by services/ocr/training/glyphs_cli.ts from OCRB.otf of the Debian package fonts-ocr-b 0.3~dfsg1.
// The font: Matthew Skala, 2012, released to the public domain; outlines after the Metafont source of
// Norbert Schwarz, 1995 and 2010, who lets anyone use, change and pass it on without limitation.

/** Height of a capital, in units of the paths. */
export const OCRB_CAP_HEIGHT = ${capHeight};
/** From one character to the next, in units of the paths. */
export const OCRB_PITCH = ${pitch};

/** SVG paths of all that a machine-readable zone is written in; y downwards, baseline at 0. */
// deno-fmt-ignore
export const OCRB_PATHS: Readonly<Record<string, string>> = {
${lines.join("\n")}
};`,
);
