import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { parseRoomId } from "@/lib/chat/room_id.ts";
import { stateWords, titleOf } from "@/lib/pages/chat/chat_words.ts";
import { Conversation } from "@/lib/pages/chat/conversation.tsx";
import { Drafts } from "@/lib/pages/chat/drafts.ts";
import { keepPlace, keptPlace, type ReadingPlace } from "@/lib/pages/chat/reading_place.ts";
import { RoomList } from "@/lib/pages/chat/room_list.tsx";
import { type FirstRooms, useChat } from "@/lib/pages/chat/use_chat.ts";
import { useSeenHeight } from "@/lib/pages/chat/use_seen_height.ts";
import { useView } from "@/lib/pages/chat/use_view.ts";
import { useChatUnread } from "@/lib/ui/chat_unread.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { hrefOf } from "@/lib/ui/pages.ts";
import { sessionStore } from "@/lib/ui/browser.ts";
import { Empty } from "@/lib/ui/states.tsx";

/** What the page of chat is given. Plain JSON. */
export interface ChatData {
  /** `?room=`; null: none is opened yet. */
  readonly room: string | null;
  readonly first: FirstRooms;
}

type Topics = Pick<typeof import("@/lib/pages/chat/extra_parts.tsx"), "TopicDialog">;

/** Rooms at the side, and the one that is open; on a phone one or the other. */
export function Chat({ room, first }: ChatData) {
  const { propertyId, toast } = useFrame();
  const chat = useChat();
  const live = useView(chat);
  const [openId, setOpen] = useState(room);
  const [query, search] = useState("");
  const [topics, setTopics] = useState<Topics | null>(null);
  const [isMaking, make] = useState(false);
  const drafts = useMemo(() => new Drafts(), []);
  const begin = useMemo(() => room === null ? null : keptPlace(sessionStore(), room), []);
  const [wasLive, setWasLive] = useState(false);
  const isLoaded = live.roomsState === "loaded" || live.rooms.length > 0;
  const view = isLoaded
    ? live
    : { ...live, ...first, roomsState: first.rooms.length > 0 ? "loaded" : "loading" };

  useSeenHeight();
  useChatUnread(isLoaded ? live.unread : first.unread);
  useEffect(() => {
    document.title = titleOf(document.title, view.unread);
  }, [view.unread]);
  useEffect(() => {
    if (live.state === "live") setWasLive(true);
  }, [live.state]);
  useEffect(() => {
    const moved = () => setOpen(roomIn(location.href));
    addEventListener("popstate", moved);
    return () => removeEventListener("popstate", moved);
  }, []);
  const hrefTo = (roomId: string | null) => {
    return hrefOf("/chat", propertyId, roomId === null ? {} : { room: roomId });
  };
  const go = (roomId: string | null) => {
    if (roomId === openId) return;
    history.pushState(null, "", hrefTo(roomId));
    setOpen(roomId);
  };
  const openTopics = () => {
    make(true);
    if (topics !== null) return;
    import("@/lib/pages/chat/extra_parts.tsx").then(setTopics, () => {
      make(false);
      toast({ text: "This part of the page could not be loaded. Try again", kind: "failed" });
    });
  };
  const placeAtFirst = useRef<ReadingPlace | null>(begin);
  return (
    <div class="chat" data-open={openId !== null || undefined}>
      <div class="chat-list">
        <div class="chat-list-head">
          <h1>Chat</h1>
          <span class={`chat-state chat-state-${live.state} script-only`} role="status">
            {stateWords(live.state, wasLive)}
          </span>
          <button
            type="button"
            class="icon-button script-only"
            data-new
            aria-label="New topic"
            title="New topic"
            onClick={openTopics}
          >
            <Icon name="plus" />
          </button>
        </div>
        {live.state === "ended" && (
          <p class="chat-rooms-note" role="alert">
            <a href={`/sign-in?${new URLSearchParams({ again: "1", next: hrefTo(openId) })}`}>
              Sign in again
            </a>{" "}
            to go on. What was not sent is kept here.
          </p>
        )}
        <RoomList
          view={{ ...view, roomsState: view.roomsState as typeof live.roomsState }}
          openId={openId}
          query={query}
          onQuery={search}
          onOpen={go}
          onMore={() => chat.moreRooms()}
          onRetry={() => chat.moreRooms()}
        />
      </div>
      {openId === null
        ? (
          <section class="chat-conversation chat-none" aria-label="No room is open">
            <Empty icon="chat" title="Choose a room" text="What is said in it stands here, as it is said." />
          </section>
        )
        : (
          <Conversation
            key={openId}
            chat={chat}
            roomId={openId}
            drafts={drafts}
            backHref={hrefTo(null)}
            onBack={() => go(null)}
            place={openId === room ? placeAtFirst.current : null}
            onPlace={(place) => {
              placeAtFirst.current = null;
              keepPlace(sessionStore(), openId, place);
            }}
          />
        )}
      <p class="no-script chat-no-script">Conversations need JavaScript.</p>
      {isMaking && topics !== null && (
        <topics.TopicDialog
          onClose={() => make(false)}
          onMade={(roomId) => {
            make(false);
            go(roomId);
          }}
        />
      )}
    </div>
  );
}

function roomIn(href: string): string | null {
  const room = new URL(href).searchParams.get("room");
  return parseRoomId(room) === undefined ? null : room;
}
