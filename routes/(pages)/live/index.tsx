import { page } from "fresh";
import LivePage from "@/islands/LivePage.tsx";
import { LIVE_EVENTS } from "@/lib/pages/live/live.tsx";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";
import { tryIt } from "../(_live)/try_it.ts";

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "live");
    if (reading instanceof Response) return reading;
    const { services, session } = reading;
    const [recent, command] = await Promise.all([
      reading.recent(LIVE_EVENTS),
      tryIt(services, session, ctx.url.origin),
    ]);
    return page({ frame: await reading.frame(), recent, command });
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="What just happened" frame={data.frame} styles="live" />
    <LivePage {...data} />
  </>
));
