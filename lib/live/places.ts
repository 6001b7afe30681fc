import type { Place } from "@/lib/live/formats.ts";

/** A property by the name it is shown under. */
export interface PropertyName {
  readonly id: number;
  readonly name: string;
  readonly timeZone: string;
}

/** Where something happens: in its property's time zone; what concerns the whole organisation, in its first one's. */
export function placeOf(
  propertyId: number | null,
  properties: readonly PropertyName[],
  locale: string,
): Place {
  const property = properties.find(({ id }) => id === propertyId) ?? properties[0];
  return { locale, timeZone: property?.timeZone ?? "UTC" };
}

/** What a property is called; one that has no name here is called by its number. */
export function propertyName(propertyId: number, properties: readonly PropertyName[]): string {
  return properties.find(({ id }) => id === propertyId)?.name ?? `Property ${propertyId}`;
}
