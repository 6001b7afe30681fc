import { useMemo, useState } from "preact/hooks";
import { lineOf, type NewsFilter, passes } from "@/lib/live/news_line.ts";
import { SERVICE_WORDS } from "@/lib/live/words.ts";
import { NewsView } from "@/lib/ui/news_view.tsx";
import { FilterSelect } from "@/lib/ui/filter_select.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { PageHead } from "@/lib/ui/page_head.tsx";
import { SearchField } from "@/lib/ui/search_field.tsx";
import { Empty, Failed } from "@/lib/ui/states.tsx";
import { type Command, TryIt } from "@/lib/ui/try_it.tsx";
import { type RecentPage, useNews } from "@/lib/ui/use_news.ts";

/** Events read for the page; what comes after them is kept too, up to the bound of the news. */
export const LIVE_EVENTS = 200;
/** Lines shown at once; more of them on a click. */
const LINES_STEP = 100;

const KINDS = [
  { value: "added", label: "Added" },
  { value: "changed", label: "Changed" },
  { value: "removed", label: "Removed" },
  { value: "failed", label: "Failed" },
  { value: "other", label: "Anything else" },
] as const;
const EVERYTHING: NewsFilter = { service: "", kind: "", text: "" };

export interface LiveData {
  readonly recent: RecentPage;
  /** null: this person may not do what it does. */
  readonly command: Command | null;
}

/** What just happened: everything that anybody has done, as it happens. */
export function Live({ recent, command }: LiveData) {
  const { data: { services }, placeOf } = useFrame();
  const news = useNews({ first: recent, limit: LIVE_EVENTS });
  const [filter, set] = useState(EVERYTHING);
  const [most, show] = useState(LINES_STEP);
  const narrow = (changes: Partial<NewsFilter>) => {
    news.settle();
    show(LINES_STEP);
    set({ ...filter, ...changes });
  };
  const { events, waiting } = news.list;
  const linesOf = (list: typeof events) => {
    return list.map((event) => lineOf(event, placeOf(event.propertyId))).filter((line) =>
      passes(line, filter)
    );
  };
  const lines = useMemo(() => linesOf(events), [events, filter]);
  const more = useMemo(() => linesOf(waiting).length, [waiting, filter]);
  const shown = lines.slice(0, most);
  return (
    <>
      <PageHead title="What just happened" />
      {command && <TryIt {...command} />}
      <div class="toolbar">
        <SearchField label="Search events" value={filter.text} onChange={(text) => narrow({ text })} />
        <FilterSelect
          label="Service"
          value={filter.service}
          all="All but figures"
          options={services.map((name) => ({ value: name, label: SERVICE_WORDS[name].label }))}
          onChange={(service) => narrow({ service })}
        />
        <FilterSelect
          label="Kind of action"
          value={filter.kind}
          all="Any action"
          options={KINDS}
          onChange={(kind) => narrow({ kind })}
        />
      </div>
      <div class="card news-card">
        {news.problem !== null && lines.length === 0
          ? <Failed what="The latest events could not be read" problem={news.problem} onRetry={news.reload} />
          : lines.length === 0 && more === 0
          ? <Nothing isNarrowed={Object.values(filter).some((value) => value !== "")} />
          : <NewsView news={news} lines={shown} waiting={more} label="What just happened" />}
        {shown.length < lines.length && (
          <div class="list-foot script-only">
            <button type="button" class="button" onClick={() => show(most + LINES_STEP)}>Show more</button>
          </div>
        )}
      </div>
    </>
  );
}

function Nothing({ isNarrowed }: { isNarrowed: boolean }) {
  return isNarrowed
    ? <Empty icon="search" title="Nothing found" text="Nothing that happened lately fits these filters." />
    : (
      <Empty
        icon="pulse"
        title="Quiet so far"
        text="Whatever anybody does, here or in another system, stands here at once."
      />
    );
}
