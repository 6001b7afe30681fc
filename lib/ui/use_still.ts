import { useRef, useState } from "preact/hooks";
import { useHold } from "@/lib/ui/use_hold.ts";
import type { RecordRow, Records } from "@/lib/ui/records.ts";

export interface Still {
  readonly rows: readonly RecordRow[];
  /** What waits to be shown because the person is at it. */
  readonly waiting: number;
  release(): void;
  /** Goes on the element around the rows. */
  readonly holding: ReturnType<typeof useHold>;
}

/**
 * Rows of a list that the page narrows by itself. While the person is at them none comes or goes: one that does not belong
 * any more stays until they look away, and one that belongs now waits.
 */
export function useStill(records: Records, belongs: (row: RecordRow) => boolean): Still {
  const [isHeld, hold] = useState(false);
  const before = useRef<ReadonlySet<string>>(new Set());
  const { rows } = records;
  const wanted = rows.filter(belongs);
  const isMade = ({ record }: RecordRow) => record.id < 0;
  const stays = (row: RecordRow) => before.current.has(row.key) || isMade(row) && belongs(row);
  const shown = isHeld ? rows.filter(stays) : wanted;
  const hidden = wanted.length - shown.filter(belongs).length;
  before.current = new Set(shown.map(({ key }) => key));
  return {
    rows: shown,
    waiting: records.held + hidden,
    release() {
      before.current = new Set([...before.current, ...wanted.map(({ key }) => key)]);
      records.release();
    },
    holding: useHold((on) => {
      hold(on);
      records.hold(on);
    }),
  };
}
