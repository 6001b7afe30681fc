import { PropertyList } from "@/lib/pages/rooms/property_list.tsx";
import { RoomGrid, type RoomGridProps } from "@/lib/pages/rooms/room_grid.tsx";
import type { RecordPage } from "@/lib/client/collection.ts";
import { Views } from "@/lib/ui/views.tsx";

export const ROOM_VIEWS = ["rooms", "properties"] as const;
export type RoomView = typeof ROOM_VIEWS[number];

/** What the page of rooms is given. Plain JSON. */
export interface RoomsData extends Omit<RoomGridProps, "views"> {
  readonly view: RoomView;
  /** For the list of properties. */
  readonly properties: RecordPage;
}

/** The rooms by floor and state, and the properties that they are in. */
export function Rooms({ view, properties, ...grid }: RoomsData) {
  const views = (
    <Views
      path="/rooms"
      current={view}
      views={[{ name: "rooms", label: "Rooms" }, { name: "properties", label: "Properties" }]}
    />
  );
  return view === "properties"
    ? <PropertyList first={properties} views={views} />
    : <RoomGrid {...grid} views={views} />;
}
