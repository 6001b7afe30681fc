import { useCallback } from "preact/hooks";
import { localDay } from "@/lib/derived/local_day.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";

/** The day of the calendar at a property. It is the same function until it is another day in one of them. */
export function useToday(): (propertyId: number | null) => string {
  const { now, placeOf, data: { properties } } = useFrame();
  const today = (propertyId: number | null) => localDay(now, placeOf(propertyId).timeZone);
  const days = [null, ...properties.map(({ id }) => id)].map(today).join();
  return useCallback(today, [days, placeOf]);
}
