import assert from "node:assert/strict";
import { curveY, fitCurve } from "@/lib/ocr/picture/row_curve.ts";
import { fullRows } from "@/lib/ocr/picture/full_rows.ts";
import type { InkBlob } from "@/lib/ocr/picture/ink_blobs.ts";
import { bandsOf } from "@/lib/ocr/picture/mrz_band.ts";
import { stripOf } from "@/lib/ocr/picture/strip.ts";
import { textRows } from "@/lib/ocr/picture/text_rows.ts";

const PITCH = 20, CAP = 20;

/** Blobs as a line of OCR-B leaves them, every sixth a filler, without the cells in `lost`. */
function line(
  cells: number,
  options: { x?: number; y?: number; slopeDeg?: number; lost?: number[] } = {},
): InkBlob[] {
  const { x = 50, y = 100, slopeDeg = 0, lost = [] } = options;
  const [along, up] = [Math.cos(slopeDeg * Math.PI / 180), Math.sin(slopeDeg * Math.PI / 180)];
  return Array.from({ length: cells }, (_, i) => {
    const height = i % 6 === 5 ? 17 : CAP, width = i % 7 === 3 ? 5 : 13;
    const left = x + i * PITCH * along - width / 2, top = y + i * PITCH * up - height / 2;
    return { left: Math.round(left), top: Math.round(top), width, height, area: width * height / 3 };
  }).filter((_, i) => !lost.includes(i));
}

/** Widths as letters of print have them. */
function print(letters: number, y: number): InkBlob[] {
  let left = 40;
  return Array.from({ length: letters }, (_, i) => {
    const width = [6, 12, 17, 9, 14, 5, 20][(i * 5) % 7]!;
    const blob = { left, top: y, width, height: 18, area: width * 9 };
    left += width + (i % 6 === 5 ? 14 : 4);
    return blob;
  });
}

function rows(blobs: InkBlob[]) {
  return fullRows(textRows(blobs));
}

Deno.test("ocr rows - a line of a zone is one row of even pitch", () => {
  const [row, ...others] = rows(line(44));
  assert.equal(others.length, 0);
  assert.equal(row!.cells, 44);
  assert.equal(row!.height, CAP);
  assert.ok(row!.evenness > 0.95, `evenness ${row!.evenness}`);
});

Deno.test("ocr rows - a turned page keeps its rows, and tells by how much it is turned", () => {
  for (const slopeDeg of [-12, -3, 1.5, 12]) {
    const [row, ...others] = rows(line(44, { slopeDeg, y: 400 }));
    assert.equal(others.length, 0, `at ${slopeDeg} degrees`);
    const degrees = Math.atan(row!.curve.slope) * 180 / Math.PI;
    assert.ok(Math.abs(degrees - slopeDeg) < 0.2, `${degrees} for ${slopeDeg}`);
  }
});

Deno.test("ocr rows - missing characters do not tear a row", () => {
  const [row, ...others] = rows(line(44, { lost: [7, 8, 20, 21, 22, 23, 40] }));
  assert.equal(others.length, 0);
  assert.equal(row!.cells, 44);
});

Deno.test("ocr rows - specks and blots are no characters", () => {
  const specks = line(60, { y: 103 }).map((blob) => ({ ...blob, width: 2, height: 2 }));
  const blot = { left: 0, top: 0, width: 900, height: 300, area: 200_000 };
  assert.equal(rows([...line(36), ...specks, blot]).length, 1);
});

Deno.test("ocr bands - two or three lines below one another are a zone, print above them is not", () => {
  for (const [cells, count] of [[44, 2], [36, 2], [30, 3]] as const) {
    const zone = Array.from({ length: count }, (_, i) => line(cells, { y: 400 + i * 2.5 * PITCH })).flat();
    const [band] = bandsOf(
      rows([...print(40, 100), ...print(38, 140), ...zone]).filter(({ cells }) => cells > 20),
    );
    assert.equal(band!.rows.length, count);
    assert.deepEqual(
      band!.rows.map(({ curve }) => Math.round(curve.level)),
      [0, 50, 100].slice(0, count).map((y) => 400 + y),
    );
  }
});

Deno.test("ocr bands - print is less even than a zone", () => {
  const [printed] = rows(print(50, 100)).toSorted((a, b) => b.blobs.length - a.blobs.length);
  assert.ok(printed!.evenness < 0.62, `evenness ${printed!.evenness}`);
});

Deno.test("ocr bands - a line alone is no zone, nor are lines far apart", () => {
  assert.deepEqual(bandsOf(rows(line(44))), []);
  assert.deepEqual(bandsOf(rows([...line(44), ...line(44, { y: 300 })])), []);
});

Deno.test("ocr bands - a line that lost its ends is read as wide as its neighbour, turned or not", () => {
  for (const slopeDeg of [0, 8]) {
    const lean = -Math.sin(slopeDeg * Math.PI / 180) * 50, fall = Math.cos(slopeDeg * Math.PI / 180) * 50;
    const whole = line(44, { y: 300, slopeDeg });
    const cut = line(44, { x: 50 + lean, y: 300 + fall, slopeDeg, lost: [0, 1, 42, 43] });
    const [band] = bandsOf(rows([...whole, ...cut]));
    const first = band!.rows[0], second = band!.rows[1];
    assert.ok(Math.abs(second!.left - first!.left - lean) < 3, `left ${first!.left}, ${second!.left}`);
    assert.ok(Math.abs(second!.right - first!.right - lean) < 3, `right ${first!.right}, ${second!.right}`);
  }
});

Deno.test("ocr curves - a bulge is followed, a stray blob is not", () => {
  const points = Array.from(
    { length: 40 },
    (_, i) => ({ x: i * 20, y: 100 + 0.1 * i * 20 + 0.0002 * (i * 20 - 400) ** 2 }),
  );
  points[13]!.y += 60;
  const curve = fitCurve(points);
  for (const x of [0, 260, 780]) {
    const right = 100 + 0.1 * x + 0.0002 * (x - 400) ** 2;
    assert.ok(Math.abs(curveY(curve, x) - right) < 0.1, `${curveY(curve, x)} for ${right}`);
  }
});

Deno.test("ocr curves - few points make a straight line, one point a level one", () => {
  assert.deepEqual(fitCurve([{ x: 0, y: 1 }, { x: 2, y: 3 }]), { x0: 1, level: 2, slope: 1, bend: 0 });
  assert.deepEqual(fitCurve([{ x: 5, y: 4 }]), { x0: 5, level: 4, slope: 0, bend: 0 });
});

Deno.test("ocr strips - a slanting stroke comes out straight in the middle of its strip", () => {
  const width = 200, height = 100, slope = 0.2;
  const pixels = new Uint8Array(width * height).fill(255);
  for (let x = 0; x < width; x++) {
    for (let dy = -2; dy <= 2; dy++) pixels[Math.round(40 + slope * (x - 100) + dy) * width + x] = 0;
  }
  const curve = { x0: 100, level: 40, slope, bend: 0 };
  const row = { curve, left: 20, right: 180, pitch: 20, height: 20 };
  const strip = stripOf({ pixels, width, height }, row, { beside: 0.5, above: 0.25 });
  assert.equal(strip.height, 30);
  // 180 across are longer along the slope.
  assert.ok(Math.abs(strip.width - 180 * Math.sqrt(1 + slope * slope)) < 2, `width ${strip.width}`);
  const darkest = (x: number) => {
    const column = Array.from({ length: strip.height }, (_, y) => strip.pixels[y * strip.width + x]!);
    return column.indexOf(Math.min(...column));
  };
  for (const x of [5, 60, 120, 170]) assert.ok(Math.abs(darkest(x) - 14) <= 2, `row ${darkest(x)} at ${x}`);
});
