/**
 * Writes tests/specimens/sans_glyphs.ts from DejaVu Sans, so that specimens can be drawn where no font is installed:
 * `deno run -A tests/specimens/font/make_sans_glyphs.ts DejaVuSans.ttf` (Debian: package fonts-dejavu-core).
 */
import { readTrueType } from "./truetype.ts";

const CHARACTERS = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i)).join("");
const OUT = new URL("../sans_glyphs.ts", import.meta.url);

const [path] = Deno.args;
if (path === undefined) {
  console.error("Which font? deno run -A tests/specimens/font/make_sans_glyphs.ts DejaVuSans.ttf");
  Deno.exit(2);
}
const { unitsPerEm, capHeight, glyphs } = readTrueType(await Deno.readFile(path), CHARACTERS);
const lines = Object.entries(glyphs).map(([character, [advance, outline]]) =>
  `  ${JSON.stringify(character)}: [${advance}, ${JSON.stringify(outline)}],`
);
await Deno.writeTextFile(
  OUT,
  `// Made by font/make_sans_glyphs.ts from DejaVu Sans 2.37; the outlines are under the font's licence, font/LICENCE.
import type { Glyphs } from "./font/truetype.ts";

/** The printable characters of ASCII. */
export const SANS: Glyphs = {
  unitsPerEm: ${unitsPerEm},
  capHeight: ${capHeight},
  // deno-fmt-ignore
  glyphs: {
${lines.join("\n")}
  },
};
`,
);
