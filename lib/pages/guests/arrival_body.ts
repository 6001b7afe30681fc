import { PERSON_FIELDS, STAY_FIELDS } from "@/lib/pages/guests/guest_fields.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";
import { bodyOf, errorsOf, type FormPlan, type Texts } from "@/lib/ui/field_values.ts";

const GUEST = resourceOf("guest", "guest")!;

export interface Filled {
  /** null: somebody new, or nobody chosen yet. */
  readonly guest: ClientRecord | null;
  readonly isNew: boolean;
  readonly texts: Texts;
  readonly place: number | null;
  readonly timeZone: string;
  /** The room, where it can be had. */
  readonly roomId: number | null;
  readonly needsRoom: boolean;
}

/** What a check-in sends about the guest, and what is wrong with it, by field. */
export function arrivalBody({ guest, isNew, texts, place, timeZone, roomId, needsRoom }: Filled) {
  const plan: FormPlan = {
    resource: GUEST,
    verb: guest === null ? "create" : "update",
    fields: guest === null ? [...PERSON_FIELDS, ...STAY_FIELDS] : STAY_FIELDS,
  };
  const body = {
    ...bodyOf(plan, texts, {}, timeZone),
    ...(guest === null && { propertyId: place }),
    ...(roomId !== null && { roomId }),
    status: "checked_in",
  };
  // Where a guest has yet to be chosen, the name of a new one is not asked for.
  const isUnchosen = guest === null && !isNew;
  const wrong = isUnchosen ? { guestId: "Guest is required" } : errorsOf(plan, body);
  const room = texts.roomId === "" ? "Choose a room" : "This room is not free any more";
  const found: Readonly<Record<string, string>> = {
    ...wrong,
    ...(needsRoom && roomId === null && { roomId: room }),
  };
  return { plan, body, found };
}
