import { page } from "fresh";
import FinancePage from "@/islands/FinancePage.tsx";
import { FINANCE_VIEWS } from "@/lib/pages/finance/finance.tsx";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

/** Read beside the list that is shown, for names and sums. */
const BESIDE_MAX = 200;
const ENTITY_OF = { revenue: "revenue", expenses: "expense", approvals: "approval" } as const;

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "finance");
    if (reading instanceof Response) return reading;
    const asked = ctx.url.searchParams.get("view");
    const view = FINANCE_VIEWS.find((name) => name === asked) ?? "revenue";
    const [first, approvals, expenses, metrics, statistics] = await Promise.all([
      reading.list(ENTITY_OF[view]),
      reading.list("approval", { limit: view === "expenses" ? BESIDE_MAX : 1 }),
      reading.list("expense", { limit: view === "approvals" ? BESIDE_MAX : 1 }),
      reading.list("metrics", { limit: BESIDE_MAX }),
      reading.list("statistic", { limit: BESIDE_MAX }),
    ]);
    return page({ frame: reading.frame(), view, first, approvals, expenses, metrics, statistics });
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Finance" frame={data.frame} />
    <FinancePage {...data} />
  </>
));
