import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { isLasting, type Row } from "@/lib/pages/chat/rows.ts";
import {
  type Anchor,
  anchorAt,
  isCovered,
  type Layout,
  layoutOf,
  type Range,
  rangeOf,
  rowAt,
  topOf,
  viewTop,
} from "@/lib/pages/chat/window.ts";

/** Drawn above and below what is in view, and how much of it must be left before more is drawn. Pixels. */
const MARGIN_PX = 600;
const MARGIN_LEFT_PX = 200;
/** So close to the end the list follows what is added. */
const END_PX = 48;
/** Before the list was measured. */
const HEIGHT_PX = 700;
/** Heights that differ by less are the same. */
const SAME_PX = 0.5;

export interface Window {
  readonly scroller: RefObject<HTMLDivElement>;
  readonly content: RefObject<HTMLDivElement>;
  readonly range: Range;
  readonly isAtEnd: boolean;
  /** The last row of which enough is in view to have read it; -1: none. */
  readonly lastSeen: () => number;
  /** The row at the top of the view, for coming back later. */
  readonly anchor: () => Anchor | null;
  readonly toEnd: () => void;
  /** Shows a row with so many pixels above it. Answers whether it is there. */
  readonly show: (key: string, above: number) => boolean;
  readonly onScroll: () => void;
}

interface State {
  /** Where the element was scrolled to when it was looked at last. */
  top: number;
  height: number;
  width: number;
  isAtEnd: boolean;
  anchor: Anchor | null;
  layout: Layout;
  range: Range;
  rows: readonly Row[];
  readonly measured: Map<string, number>;
}

/**
 * Draws what is in view of a long list, and keeps it in its place: the first row in view stays where it is seen whatever
 * comes above it; at the end the list follows. `moved` is called when other rows came into view.
 */
export function useWindow(rows: readonly Row[], moved: () => void): Window {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [version, draw] = useReducer<number, void>((count) => count + 1, 0);
  const held = useMemo(firstState, []);
  const layout = useMemo(() => {
    return layoutOf(rows, held.measured, held.rows === rows ? held.layout : undefined);
  }, [rows, version]);
  const latest = useRef(moved);
  latest.current = moved;
  // Moved by the reader since, of which nothing was told yet: that counts, not where they were before.
  if (scroller.current !== null && Math.abs(scroller.current.scrollTop - held.top) >= 1) {
    note(held, scroller.current);
  }
  held.layout = layout;
  held.rows = rows;
  held.range = rangeOf(layout, { top: viewTop(layout, held), height: held.height }, MARGIN_PX);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const isChanged = measure(held, content.current);
    if (isChanged) held.layout = layoutOf(rows, held.measured, layout);
    place(held, element);
    if (isChanged) draw();
    latest.current();
  });

  useEffect(() => {
    const [element, inner] = [scroller.current, content.current];
    if (element === null || inner === null) return;
    const observer = new ResizeObserver(() => {
      const { clientHeight, clientWidth } = element;
      // Lines break elsewhere: what is not drawn is estimated again.
      if (held.width !== clientWidth) held.measured.clear();
      held.width = clientWidth;
      held.height = clientHeight;
      draw();
    });
    observer.observe(element);
    // Cards that are filled in make rows higher without anything being drawn by the list.
    observer.observe(inner);
    return () => observer.disconnect();
  }, []);

  const onScroll = () => {
    const element = scroller.current;
    if (element === null) return;
    const wasAtEnd = held.isAtEnd;
    note(held, element);
    const view = { top: held.top, height: element.clientHeight };
    if (held.isAtEnd !== wasAtEnd || !isCovered(held.layout, held.range, view, MARGIN_LEFT_PX)) draw();
    else latest.current();
  };

  return {
    scroller,
    content,
    range: held.range,
    isAtEnd: held.isAtEnd,
    lastSeen() {
      const element = scroller.current;
      if (element === null) return -1;
      const end = element.scrollTop + element.clientHeight;
      const at = rowAt(held.layout, end - 1);
      // Of a row that is cut off, half is enough.
      const middle = at < 0 ? 0 : (held.layout.tops[at]! + held.layout.tops[at + 1]!) / 2;
      return middle <= end ? at : at - 1;
    },
    anchor: () => held.isAtEnd ? null : held.anchor,
    toEnd() {
      held.isAtEnd = true;
      draw();
    },
    show(key, above) {
      if (!held.layout.places.has(key)) return false;
      held.isAtEnd = false;
      held.anchor = { key, below: -above };
      draw();
      return true;
    },
    onScroll,
  };
}

function firstState(): State {
  return {
    top: 0,
    height: HEIGHT_PX,
    width: 0,
    isAtEnd: true,
    anchor: null,
    layout: layoutOf([], new Map()),
    range: { first: 0, last: 0, before: 0, after: 0 },
    rows: [],
    measured: new Map(),
  };
}

/** Where the reader is in what is drawn now. */
function note(held: State, { scrollTop, clientHeight, scrollHeight }: HTMLElement): void {
  held.top = scrollTop;
  held.isAtEnd = scrollHeight - clientHeight - scrollTop < END_PX;
  held.anchor = anchorAt(held.layout, scrollTop, (at) => isLasting(held.rows[at]));
}

/** Reads the heights of what is drawn; answers whether any was another one than was known. */
function measure({ measured }: State, content: HTMLElement | null): boolean {
  let isChanged = false;
  for (const row of content?.children ?? []) {
    const key = (row as HTMLElement).dataset.key;
    if (key === undefined) continue;
    const { height } = row.getBoundingClientRect();
    if (Math.abs((measured.get(key) ?? -1) - height) < SAME_PX) continue;
    measured.set(key, height);
    isChanged = true;
  }
  return isChanged;
}

function place(held: State, element: HTMLElement): void {
  const { isAtEnd, anchor, layout } = held;
  const top = isAtEnd ? element.scrollHeight : anchor === null ? undefined : topOf(layout, anchor) ?? 0;
  if (top !== undefined && Math.abs(element.scrollTop - top) >= 1) element.scrollTop = top;
  held.top = element.scrollTop;
  // One that is gone holds nothing any more.
  if (!isAtEnd && anchor !== null && !layout.places.has(anchor.key)) note(held, element);
}
