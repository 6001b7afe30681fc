import type { StoredEvent } from "@/lib/realtime/event.ts";

/** Records of the service `guest` of which nothing may be told any more. */
export interface ErasedRecords {
  readonly guestId: number;
  readonly documentIds: readonly number[];
}

/**
 * What is told in the place of an event that carried something of them: that the record is gone. undefined: the event has
 * nothing to do with them. Its position stays, so that nobody takes it for a loss.
 */
export function withoutErased(
  event: StoredEvent,
  { guestId, documentIds }: ErasedRecords,
): StoredEvent | undefined {
  if (event.service !== "guest") return undefined;
  const { id, entity, action, propertyId, version, at, data } = JSON.parse(event.json);
  const isTheirs = entity === "guest"
    ? data.id === guestId
    : data.guestId === guestId || documentIds.includes(data.id);
  if (!isTheirs || action === "deleted") return undefined;
  const json = JSON.stringify({
    id,
    entity,
    action: "deleted",
    propertyId,
    ...(version !== undefined && { version }),
    at,
    data: { id: data.id, propertyId },
  });
  return { ...event, json, veiled: undefined };
}
