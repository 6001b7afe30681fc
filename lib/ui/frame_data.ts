import type { Principal } from "@/lib/auth/principal.ts";
import type { Position } from "@/lib/client/position.ts";
import type { PropertyName } from "@/lib/live/places.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { Verb } from "@/lib/resources/access.ts";
import type { Theme } from "@/lib/ui/theme.ts";

/** How realtime is switched for this organisation; see `GET /feature-flags`. */
export interface RealtimeFlags {
  readonly streaming: boolean;
  readonly longPoll: Readonly<Record<Service, boolean>>;
}

/** What every page of a person who is signed in knows. Plain JSON, read once by the server. */
export interface FrameData {
  readonly orgId: number;
  readonly userId: string;
  readonly name: string;
  readonly role: Principal["role"];
  /** "*": every property of the organisation. */
  readonly reach: Principal["properties"];
  readonly organisation: string;
  /** BCP 47. */
  readonly locale: string;
  /** ISO 4217: what amounts are in unless they say so. */
  readonly currency: string;
  /** Those that this person may see. */
  readonly services: readonly Service[];
  /** What this person may do with the records of an entity. One that is not there may not even be seen. */
  readonly may: Readonly<Record<string, readonly Verb[]>>;
  /** Entities whose records are each of one property: without one, none can be made. */
  readonly ofProperty: readonly string[];
  readonly properties: readonly PropertyName[];
  /** The property that the page is narrowed to; null: all that the person may see. */
  readonly propertyId: number | null;
  /** Whatever the lists of the page lack comes after it in the event stream. */
  readonly position: Position;
  readonly flags: RealtimeFlags;
  /** May this person switch realtime for the whole installation? */
  readonly isOperator: boolean;
  readonly themes: readonly Theme[];
  /** When it was read, Unix milliseconds. */
  readonly now: number;
}
