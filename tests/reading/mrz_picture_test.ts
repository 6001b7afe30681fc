// The real engines on drawn zones: no font, no network and no system package is needed, glyphs come with the tests.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import sharp from "sharp";
import { turn } from "@/lib/ocr/picture/grey.ts";
import { OcrEngines } from "@/services/ocr/pictures/engine.ts";
import { readMrzLines } from "@/services/ocr/pictures/mrz_lines.ts";
import { openPicture, pngOf } from "@/services/ocr/pictures/picture.ts";
import { ICAO_LINES, mrzPicture, type MrzSet, pageSvg } from "@/tests/specimens/mrz_pictures.ts";
import { Dice } from "@/lib/random/dice.ts";

const SVG = new TextEncoder();

/** Engines for one test, closed at its end. */
async function reading(test: (engines: OcrEngines) => Promise<void>): Promise<void> {
  const engines = new OcrEngines();
  try {
    await test(engines);
  } finally {
    await engines.close();
  }
}

async function opened(content: Uint8Array) {
  const picture = await openPicture(content);
  assert.ok(typeof picture !== "string", `picture is ${picture}`);
  return picture;
}

/** What of pictures 0 up to `count` was not read as it stands there. */
async function misread(set: MrzSet, count: number, engines: OcrEngines): Promise<string[]> {
  const wrong: string[] = [];
  for (let i = 0; i < count; i++) {
    const { lines, content } = await mrzPicture(set, i);
    const read = (await readMrzLines(await opened(content), engines))?.map(({ text }) => text) ?? [];
    if (read.join() !== lines.join()) wrong.push(`${set} ${i}: ${lines.join(" ")} read as ${read.join(" ")}`);
  }
  return wrong;
}

Deno.test("ocr mrz - a dozen clean zones and pages are read without one wrong character", async () => {
  await reading(async (engines) => assert.deepEqual(await misread("clean", 12, engines), []));
});

Deno.test("ocr mrz - of a dozen turned, blurred, noisy and shaded ones eleven at least are exact", async () => {
  await reading(async (engines) => {
    const wrong = await misread("degraded", 12, engines);
    assert.ok(wrong.length <= 1, wrong.join("\n"));
  });
});

Deno.test("ocr mrz - whichever way the page lies", async () => {
  const { lines, content } = await mrzPicture("degraded", 1);
  const upright = await opened(content);
  await reading(async (engines) => {
    for (const quarters of [1, 2, 3] as const) {
      const read = await readMrzLines(turn(upright, quarters), engines);
      assert.deepEqual(read?.map(({ text }) => text), lines, `turned by ${quarters * 90} degrees`);
    }
  });
});

Deno.test("ocr mrz - a page turned by its EXIF note only is opened upright", async () => {
  const { lines, content } = await mrzPicture("clean", 1);
  const jpeg = await sharp(content).rotate(90).jpeg({ quality: 90 }).withMetadata({ orientation: 8 })
    .toBuffer();
  await reading(async (engines) => {
    const read = await readMrzLines(await opened(jpeg), engines);
    assert.deepEqual(read?.map(({ text }) => text), lines);
  });
});

Deno.test("ocr mrz - what is read is sure, and other readings are told only where it is not", async () => {
  const { content } = await mrzPicture("clean", 0);
  await reading(async (engines) => {
    for (const line of await readMrzLines(await opened(content), engines) ?? []) {
      assert.ok(line.confidence > 0.9 && line.confidence <= 1, `confidence ${line.confidence}`);
      assert.deepEqual(line.alternatives, []);
    }
  });
});

Deno.test("ocr mrz - a page without a zone has none", async () => {
  const page = await sharp(SVG.encode(pageSvg([], 24, new Dice(4)))).png().toBuffer();
  const blank = await sharp({ create: { width: 900, height: 600, channels: 3, background: "#eee" } }).png()
    .toBuffer();
  await reading(async (engines) => {
    for (const content of [page, blank]) {
      assert.equal(await readMrzLines(await opened(content), engines), undefined);
    }
  });
});

Deno.test("ocr pictures - bytes that are no picture, half of one, or a bomb are told as such", async () => {
  const { content } = await mrzPicture("clean", 0);
  assert.equal(await openPicture(Buffer.from("no picture at all")), "unreadable");
  assert.equal(await openPicture(new Uint8Array()), "unreadable");
  assert.equal(await openPicture(content.subarray(0, content.length / 2)), "unreadable");
  const bomb = await sharp({ create: { width: 8000, height: 6000, channels: 3, background: "#fff" } })
    .png({ compressionLevel: 9 }).toBuffer();
  assert.ok(bomb.length < 300_000);
  assert.equal(await openPicture(bomb), "bomb");
});

Deno.test("ocr pictures - of an animation the first page counts", async () => {
  const frames = [20, 200].map((level) => Buffer.alloc(40 * 30, level));
  const gif = await sharp(Buffer.concat(frames), {
    raw: { width: 40, height: 60, channels: 1, pageHeight: 30 },
  })
    .gif().toBuffer();
  const picture = await opened(gif);
  assert.deepEqual([picture.width, picture.height], [40, 30]);
});

Deno.test("ocr engine - print is read with its words and where they stand", async () => {
  const zone = await mrzPicture("clean", 0);
  const png = await pngOf(await opened(zone.content));
  await reading(async (engines) => {
    const [lines, again] = await Promise.all([
      engines.readPage(png, "eng", 6),
      engines.readLine(png, "ocrb", 6),
    ]);
    assert.equal(lines.length, ICAO_LINES[0]!.length);
    const [word] = lines[0]!;
    assert.ok(word!.confidence > 0 && word!.confidence <= 1);
    assert.ok(word!.box.width > 0 && word!.box.left > 0 && word!.box.top > 0, JSON.stringify(word!.box));
    assert.equal(again.text.length, again.confidences.length);
  });
});
