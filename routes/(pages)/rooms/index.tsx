import { page } from "fresh";
import RoomsPage from "@/islands/RoomsPage.tsx";
import { ROOM_STATES } from "@/lib/pages/rooms/floors.ts";
import { ROOM_VIEWS } from "@/lib/pages/rooms/rooms.tsx";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

/** Rooms and guests: as many as one read gives. */
const MANY = 200;

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "rooms");
    if (reading instanceof Response) return reading;
    const { searchParams } = ctx.url;
    const view = ROOM_VIEWS.find((name) => name === searchParams.get("view")) ?? "rooms";
    const status = ROOM_STATES.find((name) => name === searchParams.get("status")) ?? "";
    const limit = view === "rooms" ? MANY : 1;
    const [first, inHouse, expected, properties] = await Promise.all([
      reading.list("room", { limit, order: "asc" }),
      reading.list("guest", { limit, filters: { status: "checked_in" } }),
      reading.list("guest", { limit, filters: { status: "expected" } }),
      reading.list("property", { order: "asc" }),
    ]);
    return page({ view, status, first, inHouse, expected, properties, frame: await reading.frame() });
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Rooms" frame={data.frame} styles="rooms" />
    <RoomsPage {...data} />
  </>
));
