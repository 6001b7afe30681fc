// The order in which a rebuild puts events back is the one they had.
import assert from "node:assert/strict";
import fc from "fast-check";
import { inOldOrder, MARK_SPREAD_MS, type Placed } from "@/services/rebuild/old_order.ts";

async function ordered(rows: readonly Placed[]): Promise<number[]> {
  const byMark = rows.toSorted((a, b) => a.publishedMs - b.publishedMs);
  const found: number[] = [];
  for await (
    const { seq } of inOldOrder(async function* () {
      yield* byMark;
    }())
  ) found.push(seq);
  return found;
}

Deno.test("rebuild - rows marked late, within the spread, come in the order of their positions, each once", async () => {
  const row = fc.record({
    gapMs: fc.integer({ min: 0, max: 5_000 }),
    lateMs: fc.integer({ min: 0, max: MARK_SPREAD_MS }),
  });
  await fc.assert(fc.asyncProperty(fc.array(row, { maxLength: 60 }), async (made) => {
    let at = 0;
    const rows = made.map(({ gapMs, lateMs }, i) => ({ seq: i + 1, publishedMs: (at += gapMs) + lateMs }));
    assert.deepEqual(await ordered(rows), rows.map(({ seq }) => seq));
  }));
});

Deno.test("rebuild - a stream that began at 1 again comes after the one before it", async () => {
  const stream = (fromMs: number) =>
    Array.from({ length: 50 }, (_, i) => ({ seq: i + 1, publishedMs: fromMs + i * 1_000 }));
  const first = stream(0);
  const second = stream(200_000).map(({ seq, publishedMs }) => ({ seq, publishedMs }));
  const numbers = first.map(({ seq }) => seq);
  assert.deepEqual(await ordered([...first, ...second]), [...numbers, ...numbers]);
});
