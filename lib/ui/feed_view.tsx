import { useRef } from "preact/hooks";
import type { LiveEvent } from "@/lib/client/client_types.ts";
import type { FeedLine } from "@/lib/live/feed_line.ts";
import { Chip } from "@/lib/ui/chip.tsx";
import { When } from "@/lib/ui/figures.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { hrefOf, PAGES } from "@/lib/ui/pages.ts";
import { useHold } from "@/lib/ui/use_hold.ts";
import { useSlideIn } from "@/lib/ui/use_slide_in.ts";
import type { Feed } from "@/lib/ui/use_feed.ts";

export interface FeedViewProps {
  readonly feed: Feed;
  /** What of it is shown. */
  readonly lines: readonly FeedLine[];
  /** How many more wait. */
  readonly waiting: number;
  readonly label: string;
}

/** What happened, line by line. It never moves under the pointer or the focus. */
export function FeedView({ feed, lines, waiting, label }: FeedViewProps) {
  const holding = useHold((on) => feed.hold(on));
  const list = useRef<HTMLOListElement>(null);
  useSlideIn(list, lines.map(({ event }) => event.id));
  return (
    <div class="feed-box" data-feed {...holding}>
      <Chip count={waiting} onClick={() => feed.release()} />
      <ol class="feed" ref={list} aria-label={label}>
        {lines.map((line) => <Line key={line.event.id} line={line} isNew={feed.list.isNew(line.event)} />)}
      </ol>
    </div>
  );
}

function Line({ line, isNew }: { line: FeedLine; isNew: boolean }) {
  const { propertyName, propertyId } = useFrame();
  const { event, noun, title, detail, named, verb } = line;
  const place = propertyName(event.propertyId);
  return (
    <li
      class={`feed-line${isNew ? " feed-new" : ""}`}
      data-row
      data-id={event.id}
      data-service={event.service}
    >
      <span class={`feed-icon feed-${verb.kind}`}>
        <Icon name={event.service} />
      </span>
      <div class="feed-words">
        <p class="feed-title">
          {!named && <span class="feed-noun">{noun}</span>}
          <a href={pathOf(event, propertyId)} dir="auto" data-open>{title}</a>
          <span class="muted">{verb.word}</span>
        </p>
        <p class="feed-detail muted">
          {detail !== "" && <bdi>{detail}</bdi>}
          {place !== "" && <bdi class="feed-place">{place}</bdi>}
        </p>
      </div>
      <span class="feed-when muted">
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
