import { useState } from "preact/hooks";
import type { RecordPage } from "@/lib/client/collection.ts";
import { lineOf } from "@/lib/live/news_line.ts";
import { isFigures } from "@/lib/live/news_list.ts";
import { House } from "@/lib/pages/overview/house.tsx";
import { NewsView } from "@/lib/ui/news_view.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { PageHead } from "@/lib/ui/page_head.tsx";
import { hrefOf } from "@/lib/ui/pages.ts";
import { Empty } from "@/lib/ui/states.tsx";
import { type RecentPage, useNews } from "@/lib/ui/use_news.ts";
import { useRecords } from "@/lib/ui/use_records.ts";

/** Properties at a glance; an organisation with more asks for the rest. */
const HOUSES_MAX = 12;
/** Lines of the news beside them, and events read for them, of which some are figures. */
export const OVERVIEW_LINES = 12;
export const OVERVIEW_EVENTS = 60;

export interface OverviewData {
  /** Of `dashboard.metrics`. */
  readonly metrics: RecordPage;
  readonly recent: RecentPage;
}

/** Every property now, and what just happened. */
export function Overview({ metrics, recent }: OverviewData) {
  return (
    <>
      <PageHead title="Overview" />
      <div class="overview">
        <Houses metrics={metrics} />
        <Latest recent={recent} />
      </div>
    </>
  );
}

function Houses({ metrics }: Pick<OverviewData, "metrics">) {
  const { data: { properties }, propertyId } = useFrame();
  const records = useRecords("metrics", { first: metrics });
  const [isWhole, showAll] = useState(false);
  const byProperty = new Map(records.rows.map(({ record }) => [record.propertyId, record]));
  const all = properties.filter(({ id }) => propertyId === null || id === propertyId);
  const shown = isWhole ? all : all.slice(0, HOUSES_MAX);
  if (all.length === 0) {
    return (
      <div class="card">
        <Empty
          icon="properties"
          title="No property yet"
          text="What is going on in a property stands here as soon as there is one."
        />
      </div>
    );
  }
  return (
    <div class="houses">
      {shown.map(({ id, name }) => <House key={id} id={id} name={name} metrics={byProperty.get(id)} />)}
      {shown.length < all.length && (
        <button
          type="button"
          class="button script-only"
          onClick={() => showAll(true)}
        >
          Show all {all.length} properties
        </button>
      )}
    </div>
  );
}

function Latest({ recent }: Pick<OverviewData, "recent">) {
  const { placeOf, propertyId } = useFrame();
  const news = useNews({ first: recent, limit: OVERVIEW_EVENTS, keep: (event) => !isFigures(event) });
  const { list } = news;
  const lines = list.events.slice(0, OVERVIEW_LINES).map((event) => lineOf(event, placeOf(event.propertyId)));
  return (
    <section class="card latest" aria-labelledby="latest">
      <header class="house-head">
        <h2 id="latest">What just happened</h2>
        <a href={hrefOf("/live", propertyId)}>See all</a>
      </header>
      {lines.length === 0 && list.waiting.length === 0
        ? <Empty icon="pulse" title="Quiet so far" text="Whatever anybody does stands here at once." />
        : <NewsView news={news} lines={lines} waiting={list.waiting.length} label="What just happened" />}
    </section>
  );
}
