import { page } from "fresh";
import AnalyticsPage from "@/islands/AnalyticsPage.tsx";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { addDays, localDay } from "@/lib/derived/local_day.ts";
import { ANALYTICS_DAYS } from "@/lib/pages/analytics/analytics.tsx";
import { ALL_RECORDS_MAX } from "@/lib/ui/use_all.ts";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

const LENGTH_DEFAULT = 30;
const READ_MAX = 200;

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "analytics");
    if (reading instanceof Response) return reading;
    const asked = ctx.url.searchParams.get("view");
    const length = ANALYTICS_DAYS.find((days) => String(days) === asked) ?? LENGTH_DEFAULT;
    // Where the day begins latest, its first day is the one before UTC's.
    const since = addDays(localDay(reading.now, "UTC"), -length);
    const [statistics, metrics] = await Promise.all([
      readAll(reading, since),
      reading.list("metrics", { limit: READ_MAX }),
    ]);
    return page({ frame: await reading.frame(), length, since, statistics, metrics });
  },
});

/** All pages of the list as one. Its position is that of the first one read: what changes meanwhile comes again. */
async function readAll(reading: PageReading, since: string): Promise<RecordPage> {
  const first = await reading.list("statistic", { filters: { dayFrom: since }, limit: READ_MAX });
  const items: ClientRecord[] = [...first.items];
  let { next } = first;
  while (next !== null && items.length < ALL_RECORDS_MAX) {
    const more = await reading.list("statistic", {
      filters: { dayFrom: since },
      limit: READ_MAX,
      cursor: next,
    });
    items.push(...more.items);
    next = more.next;
  }
  return { ...first, items, next };
}

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Analytics" frame={data.frame} styles="analytics" />
    <AnalyticsPage {...data} />
  </>
));
