import { useRef } from "preact/hooks";
import type { LiveEvent } from "@/lib/client/client_types.ts";
import type { NewsLine } from "@/lib/live/news_line.ts";
import { Chip } from "@/lib/ui/chip.tsx";
import { When } from "@/lib/ui/figures.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { hrefOf, PAGES } from "@/lib/ui/pages.ts";
import { sayProblem } from "@/lib/ui/states.tsx";
import { useHold } from "@/lib/ui/use_hold.ts";
import { useSlideIn } from "@/lib/ui/use_slide_in.ts";
import type { News } from "@/lib/ui/use_news.ts";

export interface NewsViewProps {
  readonly news: News;
  /** What of it is shown. */
  readonly lines: readonly NewsLine[];
  /** How many more wait. */
  readonly waiting: number;
  readonly label: string;
}

/** What happened, line by line. It never moves under the pointer or the focus. */
export function NewsView({ news, lines, waiting, label }: NewsViewProps) {
  const holding = useHold((on) => news.hold(on));
  const list = useRef<HTMLOListElement>(null);
  useSlideIn(list, lines.map(({ event }) => event.id));
  return (
    <div class="news-box" data-news {...holding}>
      <Chip count={waiting} onClick={() => news.release()} />
      <ol class="news" ref={list} aria-label={label}>
        {lines.map((line) => <Line key={line.event.id} line={line} isNew={news.list.isNew(line.event)} />)}
      </ol>
      {news.problem !== null && (
        <div class="list-foot" role="alert">
          <span class="error">This list may be out of date: {sayProblem(news.problem)}</span>
          <button type="button" class="link" onClick={() => news.reload()}>Try again</button>
        </div>
      )}
    </div>
  );
}

function Line({ line, isNew }: { line: NewsLine; isNew: boolean }) {
  const { propertyName, propertyId } = useFrame();
  const { event, noun, title, detail, named, verb } = line;
  const place = propertyName(event.propertyId);
  return (
    <li
      class={`news-line${isNew ? " news-new" : ""}`}
      data-row
      data-id={event.id}
      data-service={event.service}
    >
      <span class={`news-icon news-${verb.kind}`}>
        <Icon name={event.service} />
      </span>
      <div class="news-words">
        <p class="news-title">
          {!named && <span class="news-noun">{noun}</span>}
          <a href={pathOf(event, propertyId)} dir="auto" data-open>{title}</a>
          <span class="muted">{verb.word}</span>
        </p>
        <p class="news-detail muted">
          {detail !== "" && <bdi>{detail}</bdi>}
          {place !== "" && <bdi class="news-place">{place}</bdi>}
        </p>
      </div>
      <span class="news-when muted">
        <When at={event.at} propertyId={event.propertyId} />
      </span>
    </li>
  );
}

/** Views in which records stand that their page does not show at first. */
const VIEWS: Readonly<Record<string, string>> = {
  expense: "expenses",
  approval: "approvals",
  schedule: "schedules",
  leave: "leave",
  property: "properties",
};

/** Where records of that kind are. */
function pathOf({ service, entity, data, action }: LiveEvent, propertyId: number | null): string {
  const { path } = PAGES.find((page) => page.service === service)!;
  if (entity === "report" && action !== "deleted" && typeof data.id === "number") {
    return hrefOf(path, propertyId, { report: String(data.id) });
  }
  const view = Object.hasOwn(VIEWS, entity) ? VIEWS[entity] : undefined;
  return hrefOf(path, propertyId, view === undefined ? {} : { view });
}
