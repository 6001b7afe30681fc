import { useEffect, useRef, useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import { type EntityName, placeOfEntity } from "@/lib/ui/records.ts";

/** Records asked for at once. */
const READS_MAX = 4;

/**
 * Records that others refer to by id: those that are known, and the rest read one by one. Answers undefined for one that
 * is not there (yet).
 */
export function useLookup(
  entity: EntityName,
  known: readonly ClientRecord[],
  ids: readonly (number | null | undefined)[],
): (id: unknown) => ClientRecord | undefined {
  const { rest } = usePageClient();
  const [read, keep] = useState<ReadonlyMap<number, ClientRecord>>(new Map());
  const asked = useRef(new Set<number>()).current;
  const waiting = useRef<number[]>([]).current;
  const busy = useRef(0);
  const byId = new Map([...read, ...known.map((record) => [record.id, record] as const)]);
  const next = async () => {
    const id = waiting.shift();
    if (id === undefined) return;
    busy.current++;
    const answer = await rest.get(placeOfEntity(entity).path, id);
    busy.current--;
    if (answer.ok) keep((before) => new Map([...before, [id, answer.record]]));
    void next();
  };
  useEffect(() => {
    for (const id of ids) {
      if (typeof id !== "number" || byId.has(id) || asked.has(id)) continue;
      asked.add(id);
      waiting.push(id);
    }
    while (busy.current < READS_MAX && waiting.length > 0) void next();
  });
  return (id) => typeof id === "number" ? byId.get(id) : undefined;
}
