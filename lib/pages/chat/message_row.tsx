import type { ComponentChildren } from "preact";
import type { Outgoing } from "@/lib/chat/client/chat_types.ts";
import type { ChatLink, ChatMessage, Quote } from "@/lib/chat/message.ts";
import { clockWords, previewOf, readerWords, statusWords } from "@/lib/pages/chat/chat_words.ts";
import { LinkCard } from "@/lib/pages/chat/link_card.tsx";
import type { Named } from "@/lib/pages/chat/drafts.ts";
import { MessageText } from "@/lib/pages/chat/message_text.tsx";
import type { Linked } from "@/lib/pages/chat/use_links.ts";
import { formatTime, type Place } from "@/lib/live/formats.ts";
import { Avatar } from "@/lib/ui/avatar.tsx";
import { Icon } from "@/lib/ui/icon.tsx";
import { Menu, type MenuItem } from "@/lib/ui/menu.tsx";

/** What can be done with messages. */
export interface MessageActs {
  reply(message: ChatMessage): void;
  edit(message: ChatMessage): void;
  remove(message: ChatMessage): void;
  copy(message: ChatMessage): void;
  showReaders(message: ChatMessage): void;
  goTo(quote: Quote): void;
  retry(clientMsgId: string): void;
  discard(clientMsgId: string): void;
  openMenu(key: string, isUp: boolean): void;
  closeMenu(): void;
}

export interface MessageRowProps {
  readonly message: ChatMessage;
  readonly rowKey: string;
  readonly isFirst: boolean;
  readonly isOwn: boolean;
  /** An edit or a deletion that is not acknowledged yet. */
  readonly changing: "edit" | "delete" | undefined;
  /** Of one's own: how many have read it, and whether somebody has received it. */
  readonly readers: number;
  /** Some of those who have read it, by name. */
  readonly readerNames: readonly string[];
  readonly isDelivered: boolean;
  /** Its status is told in words, not by a mark alone. */
  readonly isLast: boolean;
  readonly isTabStop: boolean;
  /** Somebody was just led here. */
  readonly isFound: boolean;
  readonly menu: "up" | "down" | null;
  readonly mayModerate: boolean;
  /** Who is mentioned. */
  readonly named: readonly Named[];
  readonly ownId: string;
  readonly linkedOf: (link: ChatLink) => Linked;
  readonly place: Place;
  readonly acts: MessageActs;
}

/** Something that was said. */
export function MessageRow(props: MessageRowProps) {
  const { message, rowKey, isFirst, isOwn, changing, menu, acts, place, named, ownId } = props;
  const { text, deleted, editedAt, replyTo, link, userName, at } = message;
  const isMentioned = message.mentions?.includes(ownId) ?? false;
  const looks = [
    "chat-message",
    isFirst && "chat-message-first",
    isMentioned && "chat-message-mention",
    props.isFound && "chat-message-found",
    changing && "chat-message-changing",
  ].filter(Boolean);
  const isUp = (element: HTMLElement) => element.getBoundingClientRect().top > innerHeight / 2;
  return (
    <article
      class={looks.join(" ")}
      data-key={rowKey}
      data-message={message.seq}
      tabIndex={props.isTabStop ? 0 : -1}
      // Whoever goes from one to the next with the keyboard hears no more than this.
      aria-label={`${isOwn ? "You" : userName}, ${clockWords(at, place)}: ${previewOf(message)}`}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.target !== event.currentTarget) return;
        event.preventDefault();
        acts.openMenu(rowKey, isUp(event.currentTarget));
      }}
    >
      <Side name={userName} at={at} isFirst={isFirst} place={place} />
      <div class="chat-body">
        {isFirst && <Head name={userName} isOwn={isOwn} at={at} place={place} />}
        {replyTo && <QuoteLine quote={replyTo} onGo={() => acts.goTo(replyTo)} />}
        {deleted
          ? <p class="chat-deleted">Message deleted</p>
          : text !== "" && <MessageText text={text} named={named} ownId={ownId} />}
        {!deleted && link && <LinkCard link={link} linked={props.linkedOf(link)} />}
        {(editedAt !== undefined || changing) && !deleted && (
          <span class="chat-note" title={editedAt && formatTime(editedAt, "exact", place)}>
            {changing === "edit" ? "Saving…" : changing === "delete" ? "Deleting…" : "edited"}
          </span>
        )}
      </div>
      {isOwn && !deleted && <Status {...props} />}
      {!deleted && (
        <div class="chat-acts" data-open={menu !== null || undefined}>
          <button
            type="button"
            class="icon-button"
            tabIndex={-1}
            aria-label={`Reply to ${isOwn ? "your message" : userName}`}
            title="Reply"
            onClick={() => acts.reply(message)}
          >
            <Icon name="reply" />
          </button>
          <button
            type="button"
            class="icon-button"
            tabIndex={-1}
            aria-haspopup="menu"
            aria-expanded={menu !== null}
            aria-label={`More about ${isOwn ? "your message" : `the message of ${userName}`}`}
            title="More"
            onClick={({ currentTarget }) =>
              menu === null ? acts.openMenu(rowKey, isUp(currentTarget)) : acts.closeMenu()}
          >
            <Icon name="more" />
          </button>
          {menu !== null && (
            <div class={`chat-menu chat-menu-${menu}`}>
              <Menu label="Message" items={itemsOf(props)} onClose={acts.closeMenu} />
            </div>
          )}
        </div>
      )}
    </article>
  );
}

/** What is on its way, or did not get there. */
export function OutgoingRow(
  { outgoing, isFirst, name, place, acts, rowKey }: {
    outgoing: Outgoing;
    isFirst: boolean;
    name: string;
    place: Place;
    acts: MessageActs;
    rowKey: string;
  },
) {
  const { clientMsgId, text, replyTo, link, at, state, problem } = outgoing;
  const hasFailed = state === "failed";
  return (
    <article
      class={`chat-message chat-message-${state}${isFirst ? " chat-message-first" : ""}`}
      data-key={rowKey}
      data-outgoing={state}
      aria-label={`You, ${hasFailed ? "not sent" : "being sent"}`}
    >
      <Side name={name} at={at} isFirst={isFirst} place={place} />
      <div class="chat-body">
        {isFirst && <Head name={name} isOwn at={at} place={place} />}
        {replyTo && <QuoteLine quote={replyTo} onGo={() => acts.goTo(replyTo)} />}
        {text !== "" && <MessageText text={text} named={[]} ownId="" />}
        {link && text === "" && <p class="chat-note">A record</p>}
        {hasFailed && (
          <p class="chat-failure" role="alert">
            <Icon name="alert" />
            <span>Not sent{problem === null ? "" : `: ${problem}`}</span>
            <span class="chat-failure-acts">
              <button type="button" class="link" onClick={() => acts.retry(clientMsgId)}>Try again</button>
              <button type="button" class="link" onClick={() => acts.discard(clientMsgId)}>Discard</button>
            </span>
          </p>
        )}
      </div>
      {!hasFailed && (
        <span class="chat-status" title={state === "waiting" ? "Waits to be sent" : "Being sent"}>
          <Icon name="clock" />
          <span class="hidden">{state === "waiting" ? "Waits to be sent" : "Being sent"}</span>
        </span>
      )}
    </article>
  );
}

function Side({ name, at, isFirst, place }: { name: string; at: string; isFirst: boolean; place: Place }) {
  return (
    <div class="chat-side">
      {isFirst ? <Avatar name={name} /> : <Clock at={at} place={place} />}
    </div>
  );
}

function Head({ name, isOwn, at, place }: { name: string; isOwn: boolean; at: string; place: Place }) {
  return (
    <p class="chat-who">
      <bdi class="chat-author">{name}</bdi>
      {isOwn && <span class="chat-you">you</span>}
      <Clock at={at} place={place} />
    </p>
  );
}

function Clock({ at, place }: { at: string; place: Place }) {
  return (
    <time class="chat-clock" dateTime={at} title={formatTime(at, "exact", place)}>
      {clockWords(at, place)}
    </time>
  );
}

function QuoteLine({ quote, onGo }: { quote: Quote; onGo: () => void }) {
  const { userName, text } = quote;
  return (
    <button type="button" class="chat-quote" onClick={onGo} title="Go to this message">
      <bdi class="chat-quote-who">{userName}</bdi>
      <span class="chat-quote-text" dir="auto">
        {text === "" ? "Message deleted, or a record" : previewOf({ text })}
      </span>
    </button>
  );
}

function Status(props: MessageRowProps): ComponentChildren {
  const { message, readers, readerNames, isDelivered, isLast, acts } = props;
  const words = statusWords(readers, isDelivered);
  return (
    <button
      type="button"
      class={`chat-status${readers > 0 ? " chat-status-read" : ""}`}
      title={readers > 0 ? readerWords(readerNames, readers) : words}
      tabIndex={-1}
      onClick={() => acts.showReaders(message)}
    >
      <Icon name={readers > 0 || isDelivered ? "double-check" : "check"} />
      <span class={isLast ? "" : "hidden"}>{words}</span>
      {!isLast && readers > 0 && <span class="figure" aria-hidden="true">{readers}</span>}
    </button>
  );
}

function itemsOf({ message, isOwn, mayModerate, acts }: MessageRowProps): readonly MenuItem[] {
  const { text } = message;
  const items: (MenuItem | false)[] = [
    { name: "reply", label: "Reply", onChoose: () => acts.reply(message) },
    isOwn && { name: "edit", label: "Edit", onChoose: () => acts.edit(message) },
    text !== "" && { name: "copy", label: "Copy text", onChoose: () => acts.copy(message) },
    { name: "readers", label: "Who has read it", onChoose: () => acts.showReaders(message) },
    (isOwn || mayModerate) && { name: "delete", label: "Delete…", onChoose: () => acts.remove(message) },
  ];
  return items.filter((item) => item !== false);
}
