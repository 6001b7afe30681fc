import { useRef } from "preact/hooks";
import type { Card } from "@/lib/live/card.ts";
import type { Item } from "@/lib/live/item.ts";
import { formatTime, type Place } from "@/lib/live/formats.ts";
import { relativeTime } from "@/lib/live/relative_time.ts";
import { capital, SERVICE_WORDS, spaced, verbOf } from "@/lib/live/words.ts";
import { useSlideIn } from "@/lib/ui/use_slide_in.ts";
import { Icon } from "@/lib/ui/icon.tsx";

/** What the lines of all cards need to be told in words. */
export interface Words {
  /** Unix milliseconds. */
  readonly now: number;
  readonly placeOf: (propertyId: number | null) => Place;
  /** "" where it goes without saying. */
  readonly propertyName: (propertyId: number | null) => string;
}

/** Why a card must not move: what is under the pointer or the focus, or is being read further down, stays there. */
export type Hold = "pointer" | "focus" | "scroll";

export interface CardProps {
  readonly card: Card;
  readonly words: Words;
  /** The person asks for what is waiting. */
  readonly onRelease: () => void;
  /** A reason not to move begins or ends. */
  readonly onHold: (why: Hold, on: boolean) => void;
}

/** The latest of one service. Its height is the same however much there is to show, so nothing around it ever moves. */
export function ServiceCard({ card, words, onRelease, onHold }: CardProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const { service, items, heldCount, count } = card;
  useSlideIn(list, items.map(({ key }) => key));
  const { label, empty } = SERVICE_WORDS[service];
  const title = `card-${service}`;
  const showHeld = () => {
    onRelease();
    scroller.current?.scrollTo({ top: 0 });
    // The button goes: the focus must not fall back to the top of the page.
    scroller.current?.focus({ preventScroll: true });
  };
  return (
    <section
      class="card"
      aria-labelledby={title}
      data-service={service}
      // A finger has no place when it is lifted: it holds nothing.
      onPointerEnter={(event) => event.pointerType === "mouse" && onHold("pointer", true)}
      onPointerLeave={() => onHold("pointer", false)}
      onFocusIn={({ target }) => onHold("focus", (target as Element).matches(":focus-visible"))}
      onFocusOut={() => onHold("focus", false)}
    >
      <header class="card-head">
        <Icon name={service} />
        <h2 id={title}>{label}</h2>
        {heldCount > 0
          ? (
            <button type="button" class="chip" onClick={showHeld}>
              <Icon name="up" />
              {heldCount} new
            </button>
          )
          : count > 0 && (
            <span class="card-count" title="Events since this page was opened">{count} since opened</span>
          )}
      </header>
      {items.length === 0
        ? (
          <div class="card-empty">
            <Icon name={service} />
            <p>{empty}</p>
          </div>
        )
        : (
          <div
            class="rows"
            ref={scroller}
            tabIndex={0}
            role="group"
            aria-labelledby={title}
            onScroll={({ currentTarget }) => onHold("scroll", currentTarget.scrollTop > 0)}
          >
            <ul ref={list}>
              {items.map((item) => <Row key={item.key} item={item} words={words} />)}
            </ul>
          </div>
        )}
    </section>
  );
}

function Row({ item, words }: { item: Item; words: Words }) {
  const { entity, action, title, detail, named, propertyId, at, seq } = item;
  const verb = verbOf(action);
  const time = Date.parse(at);
  const property = words.propertyName(propertyId);
  // The property's own record is called by that name already.
  const place = property === title ? "" : property;
  const exact = formatTime(at, "exact", words.placeOf(propertyId));
  return (
    <li class={seq === null ? "row" : "row row-new"}>
      <p class="row-title" dir="auto" title={title}>{title}</p>
      <time class="row-time" dateTime={at} title={exact}>
        {relativeTime(time, words.now) ?? formatTime(at, "day", words.placeOf(propertyId))}
      </time>
      <p class="row-meta">
        <span class={`tag tag-${verb.kind}`}>
          {capital(named ? verb.word : `${spaced(entity)} ${verb.word}`)}
        </span>
        <span class="row-detail" title={detail}>
          {detail !== "" && <bdi>{detail}</bdi>}
          {detail !== "" && place !== "" && " · "}
          {place !== "" && <bdi>{place}</bdi>}
        </span>
      </p>
    </li>
  );
}
