import { page } from "fresh";
import OverviewPage from "@/islands/OverviewPage.tsx";
import { isFigures } from "@/lib/live/news_list.ts";
import { OVERVIEW_EVENTS, OVERVIEW_LINES } from "@/lib/pages/overview/overview.tsx";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

const METRICS_MAX = 200;

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "overview");
    if (reading instanceof Response) return reading;
    const [metrics, { events, ...position }] = await Promise.all([
      reading.list("metrics", { limit: METRICS_MAX }),
      reading.recent(OVERVIEW_EVENTS),
    ]);
    const news = events.filter((event) => !isFigures(event)).slice(0, OVERVIEW_LINES);
    return page({ frame: await reading.frame(), metrics, recent: { events: news, ...position } });
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Overview" frame={data.frame} styles="overview" />
    <OverviewPage {...data} />
  </>
));
