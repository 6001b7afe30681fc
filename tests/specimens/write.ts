import { letterPdf, PAGE_KINDS, type PageKind, pictureOf } from "./catalogue.ts";
import { type Condition, CONDITIONS } from "./wear.ts";

// Writes the picture of an invented document: to try things by hand.
const USAGE = `deno run -A tests/specimens/write.ts KIND FILE [CONDITION] [SEED]

  KIND       ${PAGE_KINDS.join(", ")}; letter or letter_locked for a PDF
  FILE       a .png, a .jpg where it is worn, a .pdf for letters
  CONDITION  ${CONDITIONS.join(", ")}
  SEED       a whole number: another person for each`;

const [kind = "", path, condition = "clean", seed = "1"] = Deno.args;
const isLetter = kind === "letter" || kind === "letter_locked";
const isKnown = isLetter || PAGE_KINDS.some((known) => known === kind);
if (path === undefined || !isKnown || !CONDITIONS.some((known) => known === condition)) {
  console.error(USAGE);
  Deno.exit(2);
}
const specimen = isLetter
  ? letterPdf(Number(seed), { locked: kind === "letter_locked" })
  : await pictureOf(kind as PageKind, condition as Condition, Number(seed));
await Deno.writeFile(path, specimen.bytes);
console.log(`${path}: ${specimen.mediaType}, ${specimen.bytes.length} bytes`);
if ("password" in specimen) console.log(`password: ${specimen.password}`);
for (const [field, value] of Object.entries(specimen.truth)) console.log(`${field}: ${value}`);
