import type { ChatView } from "@/lib/chat/client/chat_types.ts";
import type { ChatRoom } from "@/lib/chat/message.ts";
import { countWords, firstName, previewOf, shortWhen } from "@/lib/pages/chat/chat_words.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import type { IconName } from "@/lib/ui/icons.ts";
import { hrefOf } from "@/lib/ui/pages.ts";
import { SearchField } from "@/lib/ui/search_field.tsx";
import { Empty } from "@/lib/ui/states.tsx";

const SKELETONS = 6;

const ICONS: Readonly<Record<ChatRoom["kind"], IconName>> = {
  property: "properties",
  room: "guest",
  topic: "chat",
};

export interface RoomListProps {
  readonly view: Pick<ChatView, "rooms" | "roomsState" | "hasMoreRooms">;
  readonly openId: string | null;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly onOpen: (roomId: string) => void;
  readonly onMore: () => void;
  readonly onRetry: () => void;
}

/** A person's rooms: what was said last, when, and what of it is unread. */
export function RoomList({ view, openId, query, onQuery, onOpen, onMore, onRetry }: RoomListProps) {
  const { propertyId } = useFrame();
  const { rooms, roomsState, hasMoreRooms } = view;
  const here = rooms.filter((room) => propertyId === null || (room.propertyId ?? propertyId) === propertyId);
  const shown = matching(here, query);
  return (
    <>
      <div class="chat-find">
        <SearchField label="Search rooms" value={query} onChange={onQuery} />
      </div>
      <nav class="chat-rooms" aria-label="Rooms">
        {roomsState === "loading" && rooms.length === 0 && <Skeletons />}
        {roomsState === "failed" && (
          <div class="chat-rooms-note" role="alert">
            <p>The rooms could not be loaded.</p>
            <button type="button" class="button button-small" onClick={onRetry}>Try again</button>
          </div>
        )}
        {roomsState === "loaded" && here.length === 0 && (
          <Empty
            icon="chat"
            title="No rooms yet"
            text="Each property has a room of its own. Begin a topic to talk about anything else."
          />
        )}
        {here.length > 0 && shown.length === 0 && (
          <p class="chat-rooms-note muted" role="status">No room is called that</p>
        )}
        <ul>
          {shown.map((room) => (
            <RoomLine
              key={room.roomId}
              room={room}
              isOpen={room.roomId === openId}
              onOpen={onOpen}
            />
          ))}
        </ul>
        {hasMoreRooms && (
          <button type="button" class="button button-small chat-more-rooms script-only" onClick={onMore}>
            Show more rooms
          </button>
        )}
      </nav>
    </>
  );
}

/** Rooms whose name has what is typed in it. */
export function matching(rooms: readonly ChatRoom[], query: string): readonly ChatRoom[] {
  const wanted = query.trim().toLocaleLowerCase();
  return wanted === "" ? rooms : rooms.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
}

function RoomLine(
  { room, isOpen, onOpen }: { room: ChatRoom; isOpen: boolean; onOpen: (roomId: string) => void },
) {
  const { data: { userId }, now, placeOf, propertyId } = useFrame();
  const { roomId, kind, name, unread, mentions, online, lastMessage, lastAt } = room;
  const hasUnread = unread > 0 && !isOpen;
  return (
    <li data-row data-room={roomId}>
      <a
        class={`chat-room-line${hasUnread ? " chat-room-unread" : ""}`}
        data-open
        href={hrefOf("/chat", propertyId, { room: roomId })}
        aria-current={isOpen ? "page" : undefined}
        onClick={(event) => {
          // Whoever wants it in another tab gets it there.
          if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          onOpen(roomId);
        }}
      >
        <span class={`chat-room-icon chat-room-icon-${kind}`}>
          <Icon name={ICONS[kind]} />
        </span>
        <span class="chat-room-words">
          <span class="chat-room-top">
            <bdi class="chat-room-name">{name}</bdi>
            {lastAt !== null && (
              <time class="chat-room-when" dateTime={lastAt}>
                {shortWhen(lastAt, now, placeOf(room.propertyId))}
              </time>
            )}
          </span>
          <span class="chat-room-bottom">
            <span class="chat-room-last" dir="auto">
              {lastMessage === null ? "Nothing said yet" : (
                <>
                  <span class="chat-room-author">
                    {lastMessage.userId === userId ? "You" : firstName(lastMessage.userName)}:{" "}
                  </span>
                  {previewOf(lastMessage)}
                </>
              )}
            </span>
            {online > 0 && (
              <span class="chat-room-online" title={`${online} here now`}>
                {online}
                <span class="hidden">here now</span>
              </span>
            )}
            {hasUnread && (
              <span class={`unseen${mentions > 0 ? "" : " unseen-quiet"}`}>
                {mentions > 0 && <span aria-hidden="true">@</span>}
                {countWords(unread)}
                <span class="hidden">{mentions > 0 ? "unread, you are mentioned" : "unread"}</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
}

function Skeletons() {
  return (
    <div aria-hidden="true">
      {Array.from({ length: SKELETONS }, (_, at) => (
        <div key={at} class="chat-room-line">
          <span class="chat-room-icon" />
          <span class="chat-room-words chat-room-skeleton">
            <span class={`skeleton skeleton-${at % 3}`} />
            <span class={`skeleton skeleton-${(at + 1) % 3}`} />
          </span>
        </div>
      ))}
    </div>
  );
}
