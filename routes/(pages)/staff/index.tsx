import { page } from "fresh";
import StaffPage from "@/islands/StaffPage.tsx";
import { localDay } from "@/lib/derived/local_day.ts";
import { placeOf } from "@/lib/live/places.ts";
import { STAFF_VIEWS } from "@/lib/pages/staff/staff.tsx";
import { daysOf, isDay, mondayOf, weekFilter } from "@/lib/pages/staff/week.ts";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

/** As many as one read gives; the page reads on. */
const MANY = 200;

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "staff");
    if (reading instanceof Response) return reading;
    const { searchParams } = ctx.url;
    const view = STAFF_VIEWS.find((name) => name === searchParams.get("view")) ?? "employees";
    const { locale } = reading.session.organisation;
    const { timeZone } = placeOf(reading.propertyId, reading.properties, locale);
    const today = localDay(reading.now, timeZone);
    const asked = searchParams.get("week") ?? "";
    const monday = mondayOf(isDay(asked) ? asked : today);
    const wanted = searchParams.get("day") ?? today;
    const day = daysOf(monday).find((one) => one === wanted) ?? monday;
    const [employees, schedules, leaves, pending] = await Promise.all([
      reading.list("employee", { limit: MANY, order: "asc" }),
      reading.list(
        "schedule",
        view === "schedules" ? { limit: MANY, order: "asc", filters: weekFilter(monday) } : { limit: 1 },
      ),
      reading.list("leave", { ...(view === "schedules" && { limit: MANY }) }),
      reading.list("leave", { limit: MANY, filters: { status: "pending" } }),
    ]);
    return page({ view, employees, schedules, leaves, pending, monday, day, frame: await reading.frame() });
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Staff" frame={data.frame} styles="staff" />
    <StaffPage {...data} />
  </>
));
