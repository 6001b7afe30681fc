import { page } from "fresh";
import OverviewPage from "@/islands/OverviewPage.tsx";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "overview");
    if (reading instanceof Response) return reading;
    return page({ frame: reading.frame() });
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Overview" frame={data.frame} />
    <OverviewPage {...data} />
  </>
));
