import { HttpError, page } from "fresh";
import FlagsPage from "@/islands/FlagsPage.tsx";
import { CHANGES_PAGE, type FlagsData } from "@/lib/pages/flags/flags_data.ts";
import { PageTop } from "../../../(_components)/PageTop.tsx";
import { PageReading } from "../../(_frame)/page_reading.ts";
import { definePages } from "@/services/auth/session.ts";
import { readFlagCounts } from "@/services/flags/counts.ts";
import { isOperator } from "@/services/flags/operator.ts";
import type { Services } from "@/services/services.ts";

const FORBIDDEN = 403;

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "flags");
    if (reading instanceof Response) return reading;
    const { services, principal } = reading;
    if (!isOperator(principal, services.config)) throw new HttpError(FORBIDDEN);
    return page({ frame: await reading.frame(), ...await flagsData(services) });
  },
});

/** The switches must work when something is broken: what cannot be read is left out, and the page asks again. */
async function flagsData(services: Services): Promise<FlagsData> {
  const [counts, changes] = await Promise.all([
    readFlagCounts(services).catch(() => null),
    services.flagChanges.list(CHANGES_PAGE).catch(() => null),
  ]);
  return { values: services.flags.values, counts, changes };
}

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Feature flags" frame={data.frame} styles="flags" />
    <FlagsPage {...data} />
  </>
));
