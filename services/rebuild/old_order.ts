/** What the order of before can be told by: the position that a row had, and when it was published. */
export interface Placed {
  readonly seq: number;
  readonly publishedMs: number;
}

/**
 * Rows are marked by several instances, each a moment after it published; a sweep marks with the time of its beginning.
 * Together that is never more than this.
 */
export const MARK_SPREAD_MS = 10_000;

/**
 * Brings rows that come by the time of their mark into the order that they had in the stream, which their `seq` tells, and
 * holds no more than those of twice the spread. Not by `seq` alone: a stream that was lost before began at 1 again.
 */
export async function* inOldOrder<Row extends Placed>(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  let held: Row[] = [];
  for await (const row of rows) {
    held.push(row);
    while (row.publishedMs - held[0]!.publishedMs > 2 * MARK_SPREAD_MS) {
      const { due, rest } = split(held);
      yield* due;
      held = rest;
    }
  }
  while (held.length > 0) {
    const { due, rest } = split(held);
    yield* due;
    held = rest;
  }
}

/**
 * Those marked within the spread of the first, and others that stood before one of them: a smaller position counts only
 * where it was marked so soon after that it can be of the same stream.
 */
function split<Row extends Placed>(held: readonly Row[]): { due: Row[]; rest: Row[] } {
  const until = held[0]!.publishedMs + MARK_SPREAD_MS;
  const due = held.filter(({ publishedMs }) => publishedMs <= until);
  const highest = due.map(({ seq }) => seq);
  for (let i = highest.length - 2; i >= 0; i--) highest[i] = Math.max(highest[i]!, highest[i + 1]!);
  const rest: Row[] = [];
  let from = 0;
  const before: Row[] = [];
  for (const row of held.slice(due.length)) {
    while (from < due.length && due[from]!.publishedMs < row.publishedMs - MARK_SPREAD_MS) from++;
    if (row.seq < (highest[from] ?? 0)) before.push(row);
    else rest.push(row);
  }
  return { due: [...due, ...before].sort((a, b) => a.seq - b.seq), rest };
}
