import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ConversationLike, ConversationView } from "@/lib/chat/client/chat_types.ts";
import { dayWords } from "@/lib/pages/chat/chat_words.ts";
import { MessageRow, OutgoingRow } from "@/lib/pages/chat/message_row.tsx";
import type { MessageActs } from "@/lib/pages/chat/message_row.tsx";
import { Older } from "@/lib/pages/chat/older.tsx";
import { Receipts } from "@/lib/pages/chat/receipts.ts";
import { type Row, rowsOf, seqAt } from "@/lib/pages/chat/rows.ts";
import type { ReadingPlace } from "@/lib/pages/chat/reading_place.ts";
import { useGoTo } from "@/lib/pages/chat/use_go_to.ts";
import { useNewAfter } from "@/lib/pages/chat/use_new_after.ts";
import { useLinks } from "@/lib/pages/chat/use_links.ts";
import { useWindow } from "@/lib/pages/chat/use_window.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { Empty } from "@/lib/ui/states.tsx";
import { useStable } from "@/lib/ui/use_stable.ts";

/** Above a message that somebody is led to. Pixels. */
const NEW_ABOVE_PX = 12;

/** Of those who have read something, so many are named where one points at it. */
const READERS_NAMED_MAX = 8;

export interface MessageListProps {
  readonly conversation: ConversationLike;
  readonly view: ConversationView;
  readonly nameOf: (userId: string) => string | undefined;
  readonly acts: Omit<MessageActs, "goTo" | "openMenu" | "closeMenu">;
  /** A message to be led to, and the count of such requests. */
  readonly target: { readonly seq: number; readonly turn: number } | null;
  /** Where the reader was before the page was loaded anew. */
  readonly place: ReadingPlace | null;
  readonly onPlace: (place: ReadingPlace | null) => void;
}

/** What was said in a room, of which only what is near the view is drawn. */
export function MessageList(props: MessageListProps) {
  const { conversation, view, nameOf, acts: given, target, place: begin, onPlace } = props;
  const { data: { userId, name }, placeOf, now, toast } = useFrame();
  const { messages, outgoing, propertyId, receipts, delivered, older, state } = view;
  const newAfter = useNewAfter(view);
  const place = placeOf(propertyId);
  const { timeZone } = place;
  const rows = useMemo(() => rowsOf({ messages, outgoing, newAfter }, { userId, timeZone }), [
    messages,
    outgoing,
    newAfter,
    timeZone,
  ]);
  const read = useMemo(() => new Receipts({ receipts, delivered, userId }), [receipts, delivered]);
  const [menu, setMenu] = useState<{ key: string; side: "up" | "down" } | null>(null);
  const [seenCount, setSeen] = useState(0);
  const pane = useWindow(rows, () => moved());
  const goTo = useGoTo({ rows, older, window: pane, loadOlder: () => conversation.loadOlder(), toast });
  const opened = useRef(false);

  const moved = () => {
    // What is drawn before the reader is where they are to begin was not seen.
    if (!opened.current || goTo.isBusy) return;
    const seq = seqAt(rows, pane.lastSeen());
    if (seq > 0 && document.hasFocus() && !document.hidden) conversation.read(seq);
    setSeen((before) => Math.max(before, seq));
    const anchor = pane.anchor();
    onPlace(anchor === null ? null : { seq: seqOf(rows, anchor.key), below: anchor.below });
  };
  useEffect(() => {
    const looks = () => moved();
    addEventListener("focus", looks);
    document.addEventListener("visibilitychange", looks);
    return () => {
      removeEventListener("focus", looks);
      document.removeEventListener("visibilitychange", looks);
    };
  });
  useEffect(() => {
    if (state !== "open" || opened.current) return;
    opened.current = true;
    if (begin !== null) goTo.begin({ ...begin, isQuiet: true });
    else pane.show("new", NEW_ABOVE_PX);
  }, [state]);
  useEffect(() => {
    if (target !== null) goTo.begin({ seq: target.seq });
  }, [target?.turn]);
  // What one says oneself is to be seen.
  const saidCount = outgoing.length;
  const saidBefore = useRef(saidCount);
  useEffect(() => {
    if (saidCount > saidBefore.current) pane.toEnd();
    saidBefore.current = saidCount;
  }, [saidCount]);

  const acts: MessageActs = useStable({
    ...given,
    goTo: ({ seq }) => goTo.begin({ seq }),
    openMenu: (key, isUp) => setMenu({ key, side: isUp ? "up" : "down" }),
    closeMenu: () => setMenu(null),
  });
  const { first, last, before, after } = pane.range;
  const drawn = rows.slice(first, last);
  const linkedOf = useLinks(drawn.flatMap((row) => row.kind === "message" ? row.message.link ?? [] : []));
  const lastOwn = useMemo(() => rows.findLast((row) => row.kind === "message" && row.isOwn)?.key, [rows]);
  const [focused, focus] = useState<string | null>(null);
  const stop = drawn.some(({ key }) => key === focused)
    ? focused
    : drawn.findLast(({ kind }) => kind === "message")?.key;
  const below = useMemo(() => {
    return messages.filter(({ seq, userId: author }) => seq > seenCount && author !== userId).length;
  }, [messages, seenCount]);

  const known = (ids: readonly string[]) => ids.flatMap((id) => nameOf(id) ?? []);
  const draw = (row: Row) => {
    switch (row.kind) {
      case "older":
        return (
          <Older
            key={row.key}
            state={older}
            isOpen={state === "open"}
            load={() => conversation.loadOlder()}
          />
        );
      case "day":
        return <Rule key={row.key} rowKey={row.key} words={dayWords(row.day, now, place)} />;
      case "new":
        return <Rule key={row.key} rowKey={row.key} words="New" isNew />;
      case "outgoing":
        return (
          <OutgoingRow
            key={row.key}
            outgoing={row.outgoing}
            isFirst={row.isFirst}
            rowKey={row.key}
            name={name}
            place={place}
            acts={acts}
          />
        );
      case "message": {
        const { message, key, isFirst, isOwn } = row;
        return (
          <MessageRow
            key={key}
            message={message}
            rowKey={key}
            isFirst={isFirst}
            isOwn={isOwn}
            changing={view.changing.get(message.id)}
            readers={isOwn ? read.readers(message.seq) : 0}
            readerNames={isOwn ? known(read.readersOf(message.seq, READERS_NAMED_MAX)) : []}
            isDelivered={isOwn && read.isDelivered(message.seq)}
            isLast={key === lastOwn}
            isTabStop={key === stop}
            isFound={key === goTo.found}
            menu={menu?.key === key ? menu.side : null}
            mayModerate={view.may.moderate}
            named={(message.mentions ?? []).flatMap((id) => {
              const userName = nameOf(id);
              return userName === undefined ? [] : [{ userId: id, userName }];
            })}
            ownId={userId}
            linkedOf={linkedOf}
            place={place}
            acts={acts}
          />
        );
      }
    }
  };
  const isEmpty = state === "open" && messages.length === 0 && outgoing.length === 0;
  return (
    <div class="chat-scroll-place">
      <div
        class="chat-scroll"
        role="log"
        aria-label={`Messages in ${view.name}`}
        aria-live="off"
        aria-busy={state === "opening"}
        ref={pane.scroller}
        onScroll={pane.onScroll}
        onKeyDown={(event) => step(event, pane.toEnd)}
        onFocusIn={({ target }) => {
          const row = (target as Element).closest<HTMLElement>("[data-message]");
          if (row !== null) focus(row.dataset.key ?? null);
        }}
      >
        {isEmpty
          ? (
            <Empty
              icon="chat"
              title="Nothing was said here yet"
              text="What you write is seen by everybody in this room."
            />
          )
          : (
            <div class="chat-rows" ref={pane.content}>
              <div class="chat-room-above" ref={(element) => setHeight(element, before)} />
              {drawn.map(draw)}
              <div class="chat-room-below" ref={(element) => setHeight(element, after)} />
            </div>
          )}
      </div>
      {!pane.isAtEnd && (
        <button type="button" class="chat-to-end" onClick={pane.toEnd}>
          <Icon name="down" />
          {below === 0 ? "To the latest" : below === 1 ? "1 new message" : `${below} new messages`}
        </button>
      )}
      {goTo.isLooking && <p class="chat-looking" role="status">Looking for the message…</p>}
    </div>
  );
}

/** Set on the element: the policy of the page allows no style in its markup. */
function setHeight(element: HTMLElement | null, pixels: number): void {
  if (element !== null) element.style.height = `${pixels}px`;
}

function Rule({ rowKey, words, isNew = false }: { rowKey: string; words: string; isNew?: boolean }) {
  return (
    <div class={`chat-rule${isNew ? " chat-rule-new" : ""}`} data-key={rowKey}>
      <span>{words}</span>
    </div>
  );
}

function seqOf(rows: readonly Row[], key: string): number {
  const row = rows.find((row) => row.key === key);
  return row?.kind === "message" ? row.message.seq : 0;
}

/** Arrow keys go from message to message. */
function step(event: KeyboardEvent, toEnd: () => void): void {
  const { target, key, currentTarget } = event;
  if (!(target instanceof HTMLElement) || target.dataset.message === undefined) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === "End") {
    event.preventDefault();
    return toEnd();
  }
  if (key !== "ArrowUp" && key !== "ArrowDown") return;
  const all = [...(currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[data-message]")];
  const next = all[all.indexOf(target) + (key === "ArrowUp" ? -1 : 1)];
  if (next === undefined) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
