import type { ClientEvent } from "@/lib/client/server_frames.ts";
import type { Place } from "@/lib/live/formats.ts";
import { summaryOf } from "@/lib/live/summary.ts";

/** One line of a card: something that happened, or a record as it stands. Plain JSON. */
export interface Item {
  /** The same for a record's state, whether it was read or came as an event. */
  readonly key: string;
  readonly entity: string;
  readonly action: string;
  readonly title: string;
  readonly detail: string;
  /** Does the title say what kind of record it is? */
  readonly named: boolean;
  readonly propertyId: number | null;
  /** RFC 3339. */
  readonly at: string;
  /** `revenue:12`; null where the publisher names no record. */
  readonly record: string | null;
  readonly version: number | null;
  /** Resume point after the event it came with; null where it was read. */
  readonly seq: number | null;
}

/** A record as a list answers it. */
export interface RecordLike {
  readonly id: number;
  readonly propertyId: number | null;
  readonly version: number;
  readonly updatedAt: string;
  readonly [name: string]: unknown;
}

/** The line of a record that was read. */
export function itemOfRecord(entity: string, record: RecordLike, place: Place): Item {
  const { id, propertyId, version, updatedAt } = record;
  const name = `${entity}:${id}`;
  return {
    key: `${name}:${version}`,
    entity,
    action: version === 1 ? "created" : "updated",
    ...summaryOf(entity, record, place),
    propertyId,
    at: updatedAt,
    record: name,
    version,
    seq: null,
  };
}

/** The line of an event that arrived. */
export function itemOfEvent(event: ClientEvent, seq: number, place: Place): Item {
  const { id, entity, action, propertyId, version, at, data } = event;
  const record = typeof data.id === "number" || typeof data.id === "string" ? `${entity}:${data.id}` : null;
  return {
    key: record !== null && version !== undefined ? `${record}:${version}` : id,
    entity,
    action,
    ...summaryOf(entity, data, place),
    propertyId: propertyId ?? null,
    at,
    record,
    version: version ?? null,
    seq,
  };
}
