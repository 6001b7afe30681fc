import { type PropertyName, propertyName } from "@/lib/live/places.ts";

/** Names that are written out; of the rest it is said how many there are. */
const NAMES_MAX = 2;

/** The properties of a user in words: "All properties", "Ridge Resort, City Inn and 3 more". */
export function placesWords(places: unknown, properties: readonly PropertyName[]): string {
  if (places === "*") return "All properties";
  if (!Array.isArray(places) || places.length === 0) return "No property";
  const names = places.slice(0, NAMES_MAX).map((id) => propertyName(Number(id), properties)).join(", ");
  const more = places.length - NAMES_MAX;
  return more > 0 ? `${names} and ${more} more` : names;
}
