import { useEffect, useMemo, useReducer } from "preact/hooks";
import { after, coalesced } from "@/lib/client/browser.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { Lookup } from "@/lib/ui/lookup.ts";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import type { EntityName } from "@/lib/ui/records.ts";
import { useStable } from "@/lib/ui/use_stable.ts";

/**
 * Records that others refer to by id: those that are known, and the rest by a `Lookup`. What it returns is the same
 * function at every render.
 */
export function useLookup(
  entity: EntityName,
  known: readonly ClientRecord[],
  ids: readonly (number | null | undefined)[],
): (id: unknown) => ClientRecord | undefined {
  const { client, rest } = usePageClient();
  const [, draw] = useReducer<number, void>((count) => count + 1, 0);
  const lookup = useMemo(() => {
    return new Lookup(entity, { client, rest, after, changed: coalesced(() => draw()) });
  }, []);
  const byId = new Map(known.map((record) => [record.id, record]));
  useEffect(() => lookup.start(), []);
  useEffect(() => lookup.want(ids.filter((id) => id != null && id > 0 && !byId.has(id)) as number[]));
  const { find } = useStable({
    find: (id: unknown) => typeof id === "number" ? byId.get(id) ?? lookup.get(id) : undefined,
  });
  return find;
}
