import { useEffect, useMemo, useReducer } from "preact/hooks";
import { after, coalesced } from "@/lib/client/browser.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { Lookup } from "@/lib/ui/lookup.ts";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import type { EntityName } from "@/lib/ui/records.ts";
import { useSame } from "@/lib/ui/use_same.ts";

/**
 * Records that others refer to by id: those that are known, and the rest by a `Lookup`. What it returns is the same
 * function until one of them changes.
 */
export function useLookup(
  entity: EntityName,
  known: readonly ClientRecord[],
  ids: readonly (number | null | undefined)[],
): (id: unknown) => ClientRecord | undefined {
  const { client, rest } = usePageClient();
  const [turn, draw] = useReducer<number, void>((count) => count + 1, 0);
  const lookup = useMemo(() => {
    return new Lookup(entity, { client, rest, after, changed: coalesced(() => draw()) });
  }, []);
  const same = useSame(known);
  const byId = useMemo(() => new Map(same.map((record) => [record.id, record])), [same]);
  useEffect(() => lookup.start(), []);
  useEffect(() => lookup.want(ids.filter((id) => id != null && id > 0 && !byId.has(id)) as number[]));
  return useMemo(
    () => (id) => typeof id === "number" ? byId.get(id) ?? lookup.get(id) : undefined,
    [byId, turn],
  );
}
