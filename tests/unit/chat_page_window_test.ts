import assert from "node:assert/strict";
import fc from "fast-check";
import {
  anchorAt,
  isCovered,
  layoutOf,
  rangeOf,
  rowAt,
  type Sized,
  topOf,
  totalOf,
  viewTop,
} from "@/lib/pages/chat/window.ts";

function rowsFrom(heights: readonly number[], first = 0): Sized[] {
  return heights.map((estimate, at) => ({ key: `r${first + at}`, estimate }));
}

const heights = fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 300 });
const NONE = new Map<string, number>();

Deno.test("chat page window - rows stand one below the other, as high as they were measured or are estimated", () => {
  const layout = layoutOf(rowsFrom([10, 20, 30]), new Map([["r1", 25]]));
  assert.deepEqual([...layout.tops], [0, 10, 35, 65]);
  assert.equal(totalOf(layout), 65);
  assert.deepEqual([-5, 0, 9, 10, 34, 35, 64, 65, 900].map((y) => rowAt(layout, y)), [
    ...[0, 0, 0],
    ...[1, 1],
    ...[2, 2, 2, 2],
  ]);
});

Deno.test("chat page window - a list without rows has nothing to draw and no place to hold", () => {
  const layout = layoutOf([], NONE);
  assert.deepEqual(rangeOf(layout, { top: 0, height: 500 }, 100), { first: 0, last: 0, before: 0, after: 0 });
  assert.equal(rowAt(layout, 0), -1);
  assert.equal(anchorAt(layout, 0, () => true), null);
});

Deno.test("chat page window - whatever is in view is drawn, and the room for the rest makes up the whole", () => {
  fc.assert(fc.property(heights, fc.nat(60_000), fc.integer({ min: 1, max: 1200 }), (all, top, height) => {
    const layout = layoutOf(rowsFrom(all), NONE);
    const view = { top: Math.min(top, Math.max(0, totalOf(layout) - height)), height };
    const range = rangeOf(layout, view, 300);
    const drawn = all.slice(range.first, range.last).reduce((sum, one) => sum + one, 0);
    assert.equal(range.before + drawn + range.after, totalOf(layout));
    assert.ok(isCovered(layout, range, view, 0));
    for (const [at, one] of all.entries()) {
      const isInView = layout.tops[at]! < view.top + height && layout.tops[at]! + one > view.top;
      assert.ok(!isInView || at >= range.first && at < range.last);
    }
  }));
});

Deno.test("chat page window - of ten thousand rows few are drawn, wherever one is", () => {
  const layout = layoutOf(rowsFrom(Array.from({ length: 10_000 }, (_, at) => 24 + at % 60)), NONE);
  for (const top of [0, 1_000, totalOf(layout) / 2, totalOf(layout) - 700]) {
    const { first, last } = rangeOf(layout, { top, height: 700 }, 800);
    assert.ok(last - first < 120, `${last - first} at ${top}`);
  }
});

Deno.test("chat page window - the row that is held stays where it is seen whatever comes above it, or is measured", () => {
  fc.assert(
    fc.property(
      heights.filter((all) => all.length > 0),
      heights,
      fc.nat(60_000),
      fc.array(fc.tuple(fc.nat(600), fc.integer({ min: 1, max: 500 }))),
      (all, older, y, known) => {
        const rows = rowsFrom(all, older.length);
        const before = layoutOf(rows, NONE);
        const top = Math.min(y, totalOf(before) - 1);
        const anchor = anchorAt(before, top, () => true)!;
        const measured = new Map(known.map(([at, height]) => [`r${at}`, height]));
        const after = layoutOf([...rowsFrom(older), ...rows], measured);
        const place = after.places.get(anchor.key)!;
        assert.equal(
          topOf(after, anchor)! - after.tops[place]!,
          top - before.tops[before.places.get(anchor.key)!]!,
        );
      },
    ),
  );
});

Deno.test("chat page window - rows that may go are not held, and one that is gone has no place", () => {
  const layout = layoutOf(rowsFrom([10, 10, 10]), NONE);
  assert.deepEqual(anchorAt(layout, 5, (at) => at > 1), { key: "r2", below: -15 });
  assert.equal(anchorAt(layout, 5, () => false), null);
  assert.equal(topOf(layout, { key: "gone", below: 0 }), undefined);
});

Deno.test("chat page window - where what was read was let go, the first row that is left is in view", () => {
  const layout = layoutOf(rowsFrom(Array.from({ length: 500 }, () => 30)), NONE);
  const view = { isAtEnd: false, anchor: { key: "let go", below: 5 }, height: 700 };
  assert.equal(viewTop(layout, view), 0);
  assert.equal(viewTop(layout, { ...view, anchor: { key: "r100", below: 5 } }), 3_005);
  assert.equal(viewTop(layout, { ...view, anchor: { key: "r499", below: 5 } }), 500 * 30 - 700);
  assert.equal(viewTop(layout, { ...view, isAtEnd: true }), 500 * 30 - 700);
});
