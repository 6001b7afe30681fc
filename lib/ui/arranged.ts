import type { ClientRecord } from "@/lib/client/collection.ts";

interface Arranged {
  readonly key: string;
  readonly record: ClientRecord;
}

/**
 * Rows in the order of `compare`. With `before`, the keys as they stood, nothing changes its place: whatever stood there
 * keeps its order, and what is new, which the person has just made, stands on top.
 */
export function arranged<R extends Arranged>(
  rows: readonly R[],
  compare: (a: ClientRecord, b: ClientRecord) => number,
  before: readonly string[] | null,
): readonly R[] {
  const sorted = rows.toSorted((a, b) => compare(a.record, b.record));
  if (before === null) return sorted;
  const places = new Map(before.map((key, place) => [key, place]));
  const placeOf = ({ key }: R) => places.get(key) ?? -1;
  return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
}
