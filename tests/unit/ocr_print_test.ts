// Print of travel documents: cells, labels, what bears out a zone; boxes between pictures.
import assert from "node:assert/strict";
import { alone, confirmed } from "@/lib/ocr/confirmed.ts";
import { field } from "@/lib/ocr/field.ts";
import { turnedBack, unscaled } from "@/lib/ocr/picture/boxes.ts";
import { covered } from "@/lib/ocr/picture/cover.ts";
import { evenlyLit } from "@/lib/ocr/picture/even_light.ts";
import { type GreyPicture, type Quarters, turn } from "@/lib/ocr/picture/grey.ts";
import { printCells } from "@/lib/ocr/print_cells.ts";
import { readPrintZone } from "@/lib/ocr/print_zone.ts";
import type { Fields, PrintedLine } from "@/lib/ocr/reading.ts";

const TODAY = "2026-11-24";
const CHAR_PX = 12, LINE_PX = 20;

/** A line whose words stand where a typewriter would put them: two blanks are a gap, more are a wide one. */
function line(text: string, row: number): PrintedLine {
  return [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
    text: word,
    confidence: 0.95,
    box: { left: index * CHAR_PX, top: row * LINE_PX * 2, width: word.length * CHAR_PX, height: LINE_PX },
  }));
}

const PAGE = [
  "Surname               Passport No.",
  "MUSTERMANN            C01X00T47",
  "Given Names           Date of Birth",
  "ERIKA                 12 AUG 1964",
].map(line);

function mrz(values: Record<string, string>): Fields {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, field({ value, source: "mrz", confidence: 0.97 })]),
  );
}

Deno.test("print - words with a wide gap between them are of different columns", () => {
  assert.deepEqual(printCells([PAGE[2]!]).map(({ text }) => text), ["Given Names", "Date of Birth"]);
});

Deno.test("print - values stand under their labels, and count once two looks agree", () => {
  const twice = readPrintZone([PAGE, PAGE], { today: TODAY });
  const values = Object.fromEntries(Object.entries(twice).map(([name, { value }]) => [name, value]));
  assert.deepEqual(values, {
    surname: "MUSTERMANN",
    givenNames: "ERIKA",
    documentNumber: "C01X00T47",
    dateOfBirth: "1964-08-12",
    name: "ERIKA MUSTERMANN",
  });
  assert.ok(Object.values(twice).every(({ needsReview }) => !needsReview));
  assert.deepEqual(readPrintZone([PAGE], { today: TODAY }), {});
});

Deno.test("print - one look bears out a zone that says the same, and does not speak against another", () => {
  const same = readPrintZone([PAGE], { today: TODAY, mrz: mrz({ surname: "MUSTERMANN" }) });
  assert.equal(same.surname?.value, "MUSTERMANN");
  assert.deepEqual(readPrintZone([PAGE], { today: TODAY, mrz: mrz({ surname: "MUSTERMAN" }) }), {});
});

Deno.test("print - what the zone says may stand in print without a label that could be read", () => {
  const page = [line("Svrnzme", 0), line("MUSTERMANN", 1)];
  const { surname } = readPrintZone([page], { today: TODAY, mrz: mrz({ surname: "MUSTERMANN" }) });
  assert.equal(surname?.value, "MUSTERMANN");
  const within = [line("MUSTERMANN STREET", 0)];
  assert.deepEqual(readPrintZone([within], { today: TODAY, mrz: mrz({ surname: "MUSTERMANN" }) }), {});
});

Deno.test("print - a name of a zone with one wrong letter needs a look", () => {
  const print = readPrintZone([PAGE, PAGE], { today: TODAY });
  const zone = mrz({
    surname: "MU5TERMANN".replace("5", "Z"),
    givenNames: "ERIKA",
    documentNumber: "C01X00T47",
  });
  const fields = confirmed(zone, { print, hasPrint: true, today: TODAY });
  assert.equal(fields.surname?.needsReview, true);
  assert.equal(fields.givenNames?.needsReview, false);
  assert.equal(fields.documentNumber?.needsReview, false);
});

Deno.test("print - names that nothing bears out need a look, but not where a format has no print", () => {
  const zone = mrz({ surname: "MUSTERMANN", documentNumber: "C01X00T47" });
  const unread = confirmed(zone, { print: {}, hasPrint: true, today: TODAY });
  assert.equal(unread.surname?.needsReview, true);
  assert.equal(unread.documentNumber?.needsReview, false);
  assert.equal(confirmed(zone, { print: {}, hasPrint: false, today: TODAY }).surname?.needsReview, false);
  assert.ok(Object.values(alone(zone)).every(({ needsReview }) => needsReview));
});

Deno.test("print - a box of a turned picture is found again in the picture before", () => {
  const picture: GreyPicture = { pixels: new Uint8Array(7 * 5).fill(255), width: 7, height: 5 };
  const box = { left: 1, top: 2, width: 3, height: 2 };
  const marked = covered(picture, [box], 0);
  for (const quarters of [0, 1, 2, 3] satisfies Quarters[]) {
    const turned = turn(marked, quarters);
    const dark = [...turned.pixels.keys()].filter((i) => turned.pixels[i] === 0);
    const xs = dark.map((i) => i % turned.width), ys = dark.map((i) => Math.floor(i / turned.width));
    const left = Math.min(...xs), top = Math.min(...ys);
    const found = { left, top, width: Math.max(...xs) - left + 1, height: Math.max(...ys) - top + 1 };
    assert.deepEqual(turnedBack(found, quarters, picture), box);
  }
});

Deno.test("print - a box of an enlarged picture holds all of what it held", () => {
  assert.deepEqual(unscaled({ left: 31, top: 15, width: 10, height: 6 }, 2), {
    left: 15,
    top: 7,
    width: 6,
    height: 4,
  });
});

Deno.test("print - what reaches out of a picture is covered as far as the picture goes", () => {
  const picture: GreyPicture = { pixels: new Uint8Array(6), width: 3, height: 2 };
  const { pixels } = covered(picture, [{ left: 2, top: -4, width: 9, height: 5 }], 255);
  assert.deepEqual([...pixels], [0, 0, 255, 0, 0, 0]);
  assert.deepEqual([...picture.pixels], [0, 0, 0, 0, 0, 0]);
});

Deno.test("print - a shadow over half of a page is taken away, and what is written stays", () => {
  const width = 192, height = 96;
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => {
    const x = i % width, isWritten = x % 12 < 2;
    return Math.round((isWritten ? 40 : 240) * (1 - 0.6 * x / width));
  });
  const lit = evenlyLit({ pixels, width, height });
  const paper = [...lit.pixels].filter((_, i) => i % width % 12 >= 2);
  const ink = [...lit.pixels].filter((_, i) => i % width % 12 < 2);
  assert.ok(Math.min(...paper) > 180, String(Math.min(...paper)));
  assert.ok(Math.max(...ink) < 80, String(Math.max(...ink)));
});
