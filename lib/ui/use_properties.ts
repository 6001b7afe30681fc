import { useEffect, useMemo, useReducer } from "preact/hooks";
import { after, coalesced, newId } from "@/lib/client/browser.ts";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import type { PropertyName } from "@/lib/live/places.ts";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import { Records } from "@/lib/ui/records.ts";
import { useAll } from "@/lib/ui/use_all.ts";
import { useSame } from "@/lib/ui/use_same.ts";

/** The person's properties as they are now; those that were made meanwhile too, where the page is not narrowed to another. */
export function useProperties(first: readonly PropertyName[], isFollowed: boolean): readonly PropertyName[] {
  const { client, rest, userId } = usePageClient();
  const [, draw] = useReducer<number, void>((count) => count + 1, 0);
  const records = useMemo(() => {
    return new Records({
      entity: "property",
      first: pageOf(first),
      order: "asc",
      filter: {},
      keep: () => true,
    }, {
      client,
      rest,
      // Whichever is shown, all can be chosen.
      propertyId: () => null,
      userId,
      after,
      changed: coalesced(() => draw()),
      newId,
      now: () => "",
    });
  }, []);
  useEffect(() => isFollowed ? records.start() : undefined, []);
  useAll(records, isFollowed);
  const same = useSame(records.rows.map(({ record }) => record));
  return useMemo(() => same.map(nameOf), [same]);
}

/** The names as a page of records, at the lowest version: no change that is told or read has a lower one. */
function pageOf(names: readonly PropertyName[]): RecordPage {
  const items = names.map(({ id, name, timeZone }) => {
    return { id, propertyId: id, version: 1, name, timezone: timeZone };
  });
  return { items, next: null, seq: 0, epoch: "" };
}

function nameOf({ id, name, timezone }: ClientRecord): PropertyName {
  return { id, name: String(name), timeZone: String(timezone) };
}
