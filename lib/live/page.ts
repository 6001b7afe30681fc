import type { Position } from "@/lib/client/position.ts";
import type { Item } from "@/lib/live/item.ts";
import type { PropertyName } from "@/lib/live/places.ts";
import type { Service } from "@/lib/protocol/services.ts";

/** The latest records of every service, as they were read. Plain JSON. */
export interface Snapshot {
  readonly cards: readonly { readonly service: Service; readonly items: readonly Item[] }[];
  /** Whatever the cards lack comes after it in the event stream. */
  readonly position: Position;
}

/** What the server hands to the live page. Plain JSON. */
export interface LivePage extends Snapshot {
  readonly orgId: number;
  /** The property that the page is narrowed to; null: all that the person may see. */
  readonly propertyId: number | null;
  readonly properties: readonly PropertyName[];
  /** BCP 47. */
  readonly locale: string;
  /** When it was read, Unix milliseconds. */
  readonly now: number;
  /** A line for the terminal; null where the person may not enter revenues. */
  readonly tryIt: { readonly command: string; readonly needsToken: boolean } | null;
}
