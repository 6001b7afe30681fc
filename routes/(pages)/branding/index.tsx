import { page } from "fresh";
import BrandingPage from "@/islands/BrandingPage.tsx";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "branding");
    if (reading instanceof Response) return reading;
    const first = await reading.list("theme");
    return page({ frame: await reading.frame(), first });
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Branding" frame={data.frame} styles="branding" />
    <BrandingPage {...data} />
  </>
));
