import type { ComponentChildren } from "preact";
import { Approvals } from "@/lib/pages/finance/approvals.tsx";
import { Entries } from "@/lib/pages/finance/entries.tsx";
import { type FinanceFigures, FinanceTiles, useTotals } from "@/lib/pages/finance/tiles.tsx";
import { PageHead } from "@/lib/ui/page_head.tsx";
import type { RecordPage } from "@/lib/client/collection.ts";
import { Views } from "@/lib/ui/views.tsx";

export const FINANCE_VIEWS = ["revenue", "expenses", "approvals"] as const;
export type FinanceView = typeof FINANCE_VIEWS[number];

/** What the page of money is given. Plain JSON. */
export interface FinanceData extends FinanceFigures {
  readonly view: FinanceView;
  /** Of the entity that the view is about. */
  readonly first: RecordPage;
  readonly approvals: RecordPage;
  readonly expenses: RecordPage;
}

/** Money: what came in, what went out, and what somebody must agree to. */
export function Finance({ view, first, approvals, expenses, ...figures }: FinanceData) {
  const totals = useTotals(figures);
  const head = (actions: ComponentChildren) => (
    <>
      <PageHead title="Finance">{actions}</PageHead>
      <FinanceTiles totals={totals} />
      <Views
        path="/finance"
        current={view}
        views={[
          { name: "revenue", label: "Revenue" },
          { name: "expenses", label: "Expenses" },
          { name: "approvals", label: "Approvals", count: totals.pendingApprovals ?? 0 },
        ]}
      />
    </>
  );
  switch (view) {
    case "revenue":
      return <Entries kind="revenue" first={first} approvals={approvals} head={head} />;
    case "expenses":
      return <Entries kind="expense" first={first} approvals={approvals} head={head} />;
    case "approvals":
      return <Approvals first={first} expenses={expenses} head={head} />;
  }
}
