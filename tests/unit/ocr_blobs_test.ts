import assert from "node:assert/strict";
import fc from "fast-check";
import { type GreyPicture, levelAt, shrink, turn } from "@/lib/ocr/picture/grey.ts";
import { inkOf } from "@/lib/ocr/picture/ink.ts";
import { blobsOf } from "@/lib/ocr/picture/ink_blobs.ts";

/** A picture out of rows of `#` (ink, 20) and anything else (paper, 230). */
function drawn(...rows: string[]): GreyPicture {
  const pixels = Uint8Array.from(rows.join(""), (pixel) => pixel === "#" ? 20 : 230);
  return { pixels, width: rows[0]!.length, height: rows.length };
}

/** The same as a mask. */
function mask(...rows: string[]) {
  const bits = Uint8Array.from(rows.join(""), (pixel) => Number(pixel === "#"));
  return { bits, width: rows[0]!.length, height: rows.length };
}

const pictures = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })).chain((
  [width, height],
) =>
  fc.uint8Array({ minLength: width * height, maxLength: width * height }).map((pixels) => ({
    pixels,
    width,
    height,
  }))
);

Deno.test("ocr pictures - a quarter turned clockwise brings the left column on top", () => {
  const turned = turn({ pixels: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 3, height: 2 }, 1);
  assert.deepEqual(turned, { pixels: Uint8Array.of(4, 1, 5, 2, 6, 3), width: 2, height: 3 });
});

Deno.test("ocr pictures - four quarters, two halves, and a quarter with three come back", () => {
  fc.assert(fc.property(pictures, (picture) => {
    assert.deepEqual(turn(turn(picture, 1), 3), picture);
    assert.deepEqual(turn(turn(picture, 2), 2), picture);
    assert.deepEqual(turn(turn(picture, 1), 1), turn(picture, 2));
    assert.equal(turn(picture, 0), picture);
  }));
});

Deno.test("ocr pictures - shrinking takes the mean of squares and drops what is left over", () => {
  const picture = { pixels: Uint8Array.of(0, 100, 7, 200, 100, 7), width: 3, height: 2 };
  assert.deepEqual(shrink(picture, 2), { pixels: Uint8Array.of(100), width: 1, height: 1 });
  assert.equal(shrink(picture, 1), picture);
});

Deno.test("ocr pictures - levels between pixels are mixed, beyond the edge they are the edge's", () => {
  const picture = { pixels: Uint8Array.of(0, 100, 50, 150), width: 2, height: 2 };
  assert.equal(levelAt(picture, 0.5, 0), 50);
  assert.equal(levelAt(picture, 0.5, 0.5), 75);
  assert.equal(levelAt(picture, -5, 9), 50);
});

Deno.test("ocr pictures - ink stands out of light and of shadow alike", () => {
  const width = 80, height = 30;
  const pixels = new Uint8Array(width * height);
  // Paper falls from 240 to 80; strokes of half its light, five pixels wide.
  for (let i = 0; i < pixels.length; i++) {
    const x = i % width, y = Math.floor(i / width);
    const paper = 240 - 2 * x;
    pixels[i] = y > 8 && y < 20 && x % 20 > 10 && x % 20 < 16 ? paper / 2 : paper;
  }
  const found = blobsOf(inkOf({ pixels, width, height }, 12)).filter(({ area }) => area > 20);
  assert.equal(found.length, 4);
});

Deno.test("ocr pictures - even paper, noise and all, has no ink", () => {
  let state = 7;
  const pixels = Uint8Array.from({ length: 60 * 60 }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return 200 + state % 20;
  });
  assert.equal(inkOf({ pixels, width: 60, height: 60 }, 12).bits.some((bit) => bit === 1), false);
  assert.equal(inkOf(drawn("....", "...."), 12).bits.some((bit) => bit === 1), false);
});

Deno.test("ocr pictures - pieces that touch by side or corner are one blob", () => {
  const blobs = blobsOf(mask(
    "#..##",
    ".#...",
    "#..#.",
    "...##",
  ));
  assert.deepEqual(blobs, [
    { left: 0, top: 0, width: 2, height: 3, area: 3 },
    { left: 3, top: 0, width: 2, height: 1, area: 2 },
    { left: 3, top: 2, width: 2, height: 2, area: 3 },
  ]);
});

Deno.test("ocr pictures - arms that meet only below are one blob", () => {
  const [blob, ...others] = blobsOf(mask(
    "#.#.#",
    "#.#.#",
    "#####",
  ));
  assert.deepEqual(blob, { left: 0, top: 0, width: 5, height: 3, area: 11 });
  assert.deepEqual(others, []);
});

Deno.test("ocr pictures - blobs hold all the ink there is, once", () => {
  fc.assert(fc.property(pictures, ({ pixels, width, height }) => {
    const bits = pixels.map((pixel) => pixel % 2);
    const areas = blobsOf({ bits, width, height }).map(({ area }) => area);
    assert.equal(areas.reduce((sum, area) => sum + area, 0), bits.reduce((sum, bit) => sum + bit, 0));
  }));
});
