import { page } from "fresh";
import ReportsPage from "@/islands/ReportsPage.tsx";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "reports");
    if (reading instanceof Response) return reading;
    const [first, opened] = await Promise.all([
      reading.list("report"),
      readOne(reading, ctx.url.searchParams.get("report")),
    ]);
    return page({ frame: await reading.frame(), first, opened });
  },
});

/** null also where it is not there any more, or not theirs: then the list alone is shown. */
async function readOne(
  { services, principal }: PageReading,
  asked: string | null,
): Promise<ClientRecord | null> {
  const id = parseId(asked ?? "");
  if (id === undefined) return null;
  const answer = await services.resources.get(principal, resourceOf("reports", "report")!, id);
  return answer.ok ? answer.record : null;
}

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Reports" frame={data.frame} styles="reports" />
    <ReportsPage {...data} />
  </>
));
