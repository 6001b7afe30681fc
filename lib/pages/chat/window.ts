/** A row of a list of which only what is near the viewport is drawn. */
export interface Sized {
  readonly key: string;
  /** Pixels, while nobody has measured it. */
  readonly estimate: number;
}

/** Where each row stands, as far as heights are known. All numbers are pixels. */
export interface Layout {
  readonly keys: readonly string[];
  /** The top of each row, and behind them the end of the last one. */
  readonly tops: Float64Array;
  readonly places: ReadonlyMap<string, number>;
}

/** A row that stays where it is seen while others come, go, or turn out to be higher. */
export interface Anchor {
  readonly key: string;
  /** From the top of the row to the top of the viewport. */
  readonly below: number;
}

/** What is drawn: rows `first` to before `last`, with empty room in the places of the others. */
export interface Range {
  readonly first: number;
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

export interface View {
  readonly top: number;
  readonly height: number;
}

/** `known` is a layout of the same rows: only their heights are looked at again. */
export function layoutOf(
  rows: readonly Sized[],
  measured: ReadonlyMap<string, number>,
  known?: Layout,
): Layout {
  const tops = new Float64Array(rows.length + 1);
  for (let at = 0; at < rows.length; at++) {
    const { key, estimate } = rows[at]!;
    tops[at + 1] = tops[at]! + (measured.get(key) ?? estimate);
  }
  if (known !== undefined) return { ...known, tops };
  const keys = rows.map(({ key }) => key);
  return { keys, tops, places: new Map(keys.map((key, at) => [key, at])) };
}

export function totalOf({ tops }: Layout): number {
  return tops[tops.length - 1]!;
}

/** The row that is at this height; the first or the last one for what is beyond them. -1: there is none. */
export function rowAt({ keys, tops }: Layout, y: number): number {
  let [low, high] = [0, keys.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle]! <= y) low = middle;
    else high = middle - 1;
  }
  return high < 0 ? -1 : low;
}

/** The rows that are in view, and those within `margin` of it. */
export function rangeOf(layout: Layout, { top, height }: View, margin: number): Range {
  const { keys, tops } = layout;
  if (keys.length === 0) return { first: 0, last: 0, before: 0, after: 0 };
  const first = rowAt(layout, top - margin);
  const last = rowAt(layout, top + height + margin) + 1;
  return { first, last, before: tops[first]!, after: totalOf(layout) - tops[last]! };
}

/** Is everything in view, and `margin` around it, among what is drawn? */
export function isCovered(layout: Layout, { first, last }: Range, { top, height }: View, margin: number) {
  const { tops } = layout;
  const isAbove = first === 0 || tops[first]! <= top - margin;
  const isBelow = last >= layout.keys.length || tops[last]! >= top + height + margin;
  return isAbove && isBelow;
}

/** Holds on to the first row in view that `stays`: others may be gone with the next change. */
export function anchorAt(layout: Layout, top: number, stays: (at: number) => boolean): Anchor | null {
  const { keys, tops } = layout;
  for (let at = Math.max(0, rowAt(layout, top)); at < keys.length; at++) {
    if (stays(at)) return { key: keys[at]!, below: top - tops[at]! };
  }
  return null;
}

/** Where the viewport has to begin for the anchor to be seen where it was; undefined: it is gone. */
export function topOf({ tops, places }: Layout, { key, below }: Anchor): number | undefined {
  const at = places.get(key);
  return at === undefined ? undefined : tops[at]! + below;
}

/**
 * Where the view has to begin. What an anchor that is gone was in stood above all that is left: then it is at the first
 * row, where what was before can be loaded again.
 */
export function viewTop(
  layout: Layout,
  { isAtEnd, anchor, height }: {
    readonly isAtEnd: boolean;
    readonly anchor: Anchor | null;
    readonly height: number;
  },
): number {
  const end = Math.max(0, totalOf(layout) - height);
  if (isAtEnd || anchor === null) return end;
  return Math.max(0, Math.min(end, topOf(layout, anchor) ?? 0));
}
