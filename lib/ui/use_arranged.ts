import { useRef } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { arranged } from "@/lib/ui/arranged.ts";
import type { RecordRow } from "@/lib/ui/records.ts";

/** Rows in an order of the page's own, which stands still between `hold(true)` and `hold(false)`. */
export function useArranged(
  rows: readonly RecordRow[],
  compare: ((a: ClientRecord, b: ClientRecord) => number) | undefined,
): { readonly rows: readonly RecordRow[]; hold(on: boolean): void } {
  const isHeld = useRef(false);
  const before = useRef<readonly string[]>([]);
  const shown = compare === undefined
    ? rows
    : arranged(rows, compare, isHeld.current ? before.current : null);
  before.current = shown.map(({ key }) => key);
  return {
    rows: shown,
    hold(on) {
      isHeld.current = on;
    },
  };
}
