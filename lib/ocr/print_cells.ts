import type { Box, PrintedLine, PrintedWord } from "@/lib/ocr/reading.ts";

/** Words that stand together: a label, or a value. */
export interface PrintCell {
  readonly text: string;
  /** 0 to 1, of the word that was read least surely. */
  readonly confidence: number;
  readonly box: Box;
}

/** A gap wider than this many heights of the text parts two columns. */
const GAP_HEIGHTS = 2;
/** A value stands below its label by at most this many heights of the label, */
const BELOW_HEIGHTS_MAX = 4.5;
/** and begins where the label begins, give or take this many. */
const ASIDE_HEIGHTS_MAX = 2.5;

/** The cells of a page, line by line: words with wide gaps between them are of different columns. */
export function printCells(lines: readonly PrintedLine[]): PrintCell[] {
  return lines.flatMap((line) => {
    const groups: PrintedWord[][] = [];
    for (const word of line) {
      const last = groups.at(-1)?.at(-1);
      const gap = last === undefined ? Infinity : word.box.left - (last.box.left + last.box.width);
      if (last === undefined || gap > GAP_HEIGHTS * Math.max(last.box.height, word.box.height)) {
        groups.push([word]);
      } else groups.at(-1)!.push(word);
    }
    return groups.map(cellOf);
  });
}

/** The nearest cell under a label; undefined where none stands under it. */
export function cellBelow(label: PrintCell, cells: readonly PrintCell[]): PrintCell | undefined {
  const { left, top, height } = label.box;
  const below = cells.filter(({ box }) => {
    const down = box.top - top;
    return down > height * 0.7 && down < BELOW_HEIGHTS_MAX * height + box.height &&
      Math.abs(box.left - left) < ASIDE_HEIGHTS_MAX * height;
  });
  return below.sort((a, b) => a.box.top - b.box.top)[0];
}

function cellOf(words: readonly PrintedWord[]): PrintCell {
  const left = Math.min(...words.map(({ box }) => box.left));
  const top = Math.min(...words.map(({ box }) => box.top));
  const right = Math.max(...words.map(({ box }) => box.left + box.width));
  const bottom = Math.max(...words.map(({ box }) => box.top + box.height));
  return {
    text: words.map(({ text }) => text).join(" "),
    confidence: Math.min(...words.map(({ confidence }) => confidence)),
    box: { left, top, width: right - left, height: bottom - top },
  };
}
