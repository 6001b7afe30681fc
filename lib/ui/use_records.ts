import { useEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { after, coalesced, newId } from "@/lib/client/browser.ts";
import type { ClientRecord, Order, RecordPage } from "@/lib/client/collection.ts";
import { type EntityName, Records } from "@/lib/ui/records.ts";
import { usePageClient } from "@/lib/ui/realtime.tsx";

export interface UseRecordsOptions {
  readonly first: RecordPage;
  /** Query of the list besides the property: `{ status: "open" }`. */
  readonly filter?: Readonly<Record<string, string>>;
  /** Does a record belong here? Left out: where its fields have the filter's values. */
  readonly keep?: (record: ClientRecord) => boolean;
  readonly order?: Order;
}

const NO_FILTER = {};

/** The records of an entity, live: see `Records`. What changes is drawn. */
export function useRecords(entity: EntityName, options: UseRecordsOptions): Records {
  const { client, rest, propertyId, userId } = usePageClient();
  const { first, filter = NO_FILTER, order = "desc" } = options;
  const keep = options.keep ?? ((record: ClientRecord) => hasValues(record, filter));
  const [, draw] = useReducer<number, void>((count) => count + 1, 0);
  const records = useMemo(() => {
    const changed = coalesced(() => draw());
    return new Records({ entity, first, order, filter, keep }, {
      client,
      rest,
      propertyId: () => propertyId.peek(),
      userId,
      after,
      changed,
      newId,
      now: () => new Date().toISOString(),
    });
  }, []);
  useEffect(() => records.start(), []);
  useEffect(() => records.drawn());
  const asked = JSON.stringify(filter);
  const property = propertyId.value;
  useLater(() => records.narrow(), property);
  useLater(() => records.filter({ filter, keep }), asked);
  return records;
}

/** Runs `work` when `value` has changed, and not for the first one. */
function useLater(work: () => void, value: unknown): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) work();
    isFirst.current = false;
  }, [value]);
}

function hasValues(record: ClientRecord, filter: Readonly<Record<string, string>>): boolean {
  return Object.entries(filter).every(([name, value]) => name === "q" || String(record[name]) === value);
}
