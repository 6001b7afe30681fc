import type { Card } from "@/lib/live/card.ts";
import type { Item } from "@/lib/live/item.ts";
import { type Place, formatTime } from "@/lib/live/formats.ts";
import { relativeTime } from "@/lib/live/relative_time.ts";
import { capital, SERVICE_WORDS, spaced, verbOf } from "@/lib/live/words.ts";
import { Icon } from "@/lib/ui/Icon.tsx";

/** What the lines of all cards need to be told in words. */
export interface Words {
  /** Unix milliseconds. */
  readonly now: number;
  readonly placeOf: (propertyId: number | null) => Place;
  readonly propertyName: (propertyId: number | null) => string;
}

export interface CardProps {
  readonly card: Card;
  readonly words: Words;
  /** The person asks for what is waiting. */
  readonly onRelease: () => void;
}

/** The latest of one service. Its height is the same however much there is to show, so nothing around it ever moves. */
export function ServiceCard({ card, words, onRelease }: CardProps) {
  const { service, items, heldCount, count } = card;
  const { label, empty } = SERVICE_WORDS[service];
  const title = `card-${service}`;
  return (
    <section class="card" aria-labelledby={title} data-service={service}>
      <header class="card-head">
        <Icon name={service} />
        <h2 id={title}>{label}</h2>
        {heldCount > 0
          ? (
            <button type="button" class="chip" onClick={onRelease}>
              <Icon name="up" />
              {heldCount} new
            </button>
          )
          : count > 0 && <span class="card-count" title="Events since this page was opened">{count} since opened</span>}
      </header>
      {items.length === 0
        ? (
          <div class="card-empty">
            <Icon name={service} />
            <p>{empty}</p>
          </div>
        )
        : (
          <ul class="rows" tabIndex={0} aria-labelledby={title}>
            {items.map((item) => <Row key={item.key} item={item} words={words} />)}
          </ul>
        )}
    </section>
  );
}

function Row({ item, words }: { item: Item; words: Words }) {
  const { entity, action, title, detail, named, propertyId, at, seq } = item;
  const verb = verbOf(action);
  const time = Date.parse(at);
  const exact = formatTime(at, "exact", words.placeOf(propertyId));
  return (
    <li class={seq === null ? "row" : "row row-new"}>
      <p class="row-title" dir="auto" title={title}>{title}</p>
      <time class="row-time" dateTime={at} title={exact}>
        {relativeTime(time, words.now) ?? formatTime(at, "day", words.placeOf(propertyId))}
      </time>
      <p class="row-meta">
        <span class={`tag tag-${verb.kind}`}>{capital(named ? verb.word : `${spaced(entity)} ${verb.word}`)}</span>
        <span class="row-detail" title={detail}>
          {detail !== "" && <bdi>{detail}</bdi>}
          {detail !== "" && " · "}
          <bdi>{words.propertyName(propertyId)}</bdi>
        </span>
      </p>
    </li>
  );
}
