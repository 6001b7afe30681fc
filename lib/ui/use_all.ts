import { useEffect } from "preact/hooks";
import type { Records } from "@/lib/ui/records.ts";

/**
 * Records of one entity that a page holds because it shows all of them together: rooms in a grid, shifts of a week, the
 * days of 22 properties in a quarter.
 */
export const ALL_RECORDS_MAX = 2_000;

/** Reads the list to its end, where that is `wanted`. Tells whether something is missing that will not be read. */
export function useAll(records: Records, wanted = true): boolean {
  const { hasMore, isLoadingMore, state, rows } = records;
  const isFull = rows.length >= ALL_RECORDS_MAX;
  const wants = wanted && hasMore && !isLoadingMore && state === "ready" && !isFull;
  useEffect(() => {
    if (wants) void records.loadMore();
  }, [wants, rows.length]);
  return hasMore && isFull;
}
