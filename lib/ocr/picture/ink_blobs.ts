import type { Box } from "@/lib/ocr/reading.ts";
import type { InkMask } from "@/lib/ocr/picture/ink.ts";

/** A connected piece of ink. */
export interface InkBlob extends Box {
  /** Pixels of ink. */
  area: number;
}

/** Blobs of ink that touch by side or corner, in no order that matters. */
export function blobsOf({ bits, width, height }: InkMask): InkBlob[] {
  const runs = runsOf(bits, width, height);
  const parents = Int32Array.from(runs, (_, i) => i);
  let above = 0, here = 0;
  for (let y = 0; y < height && here < runs.length; y++) {
    const start = here;
    while (here < runs.length && runs[here]!.y === y) here++;
    joinRows(runs, parents, [above, start, here]);
    above = start;
  }
  const boxes = new Map<number, { left: number; right: number; top: number; bottom: number; area: number }>();
  runs.forEach(({ y, from, to }, i) => {
    const root = rootOf(parents, i);
    const box = boxes.get(root);
    if (box === undefined) boxes.set(root, { left: from, right: to, top: y, bottom: y + 1, area: to - from });
    else {
      box.left = Math.min(box.left, from);
      box.right = Math.max(box.right, to);
      box.bottom = y + 1;
      box.area += to - from;
    }
  });
  return [...boxes.values()].map(({ left, right, top, bottom, area }) => {
    return { left, top, width: right - left, height: bottom - top, area };
  });
}

interface Run {
  y: number;
  from: number;
  /** One past the last. */
  to: number;
}

function runsOf(bits: Uint8Array, width: number, height: number): Run[] {
  const runs: Run[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0, row = y * width; x < width; x++) {
      if (bits[row + x] === 0) continue;
      const from = x;
      while (x < width && bits[row + x] === 1) x++;
      runs.push({ y, from, to: x });
    }
  }
  return runs;
}

/** Runs `[above, start)` are of the row above if it has any, `[start, end)` of this row. */
function joinRows(
  runs: readonly Run[],
  parents: Int32Array,
  [above, start, end]: [number, number, number],
): void {
  let up = above;
  for (let i = start; i < end; i++) {
    const { y, from, to } = runs[i]!;
    while (up < start && (runs[up]!.y < y - 1 || runs[up]!.to < from)) up++;
    for (let j = up; j < start && runs[j]!.from <= to; j++) {
      const a = rootOf(parents, i), b = rootOf(parents, j);
      parents[Math.max(a, b)] = Math.min(a, b);
    }
  }
}

function rootOf(parents: Int32Array, of: number): number {
  let at = of;
  while (parents[at]! !== at) {
    parents[at] = parents[parents[at]!]!;
    at = parents[at]!;
  }
  return at;
}
