import { page } from "fresh";
import GuestsPage from "@/islands/GuestsPage.tsx";
import { GUEST_PAGE_VIEWS, STATUS_OF } from "@/lib/pages/guests/stays.ts";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

/** Rooms, and guests of a view that has an order of its own: as many as one read gives. */
const MANY = 200;

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "guests");
    if (reading instanceof Response) return reading;
    const asked = ctx.url.searchParams.get("view");
    const view = GUEST_PAGE_VIEWS.find((name) => name === asked) ?? "arriving";
    const status = view === "documents" ? null : STATUS_OF[view];
    const isOrdered = view === "arriving" || view === "inhouse";
    const [first, expected, rooms] = await Promise.all([
      view === "documents" ? reading.list("document", {}) : reading.list("guest", {
        ...(status !== null && { filters: { status } }),
        ...(isOrdered && { limit: MANY }),
      }),
      reading.list("guest", { filters: { status: STATUS_OF.arriving! }, limit: MANY }),
      reading.list("room", { limit: MANY, order: "asc" }),
    ]);
    return page({ view, first, expected, rooms, frame: await reading.frame() });
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Guests" frame={data.frame} styles={["guests", "documents"]} />
    <GuestsPage {...data} />
  </>
));
