import { IS_BROWSER } from "fresh/runtime";
import { useEffect, useMemo } from "preact/hooks";
import { browserChat } from "@/lib/chat/client/browser.ts";
import type { ChatLike, ChatView } from "@/lib/chat/client/chat_types.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";

/** The rooms as the server read them with the page. */
export type FirstRooms = Pick<ChatView, "rooms" | "unread" | "mentions"> & { readonly hasMoreRooms: boolean };

/** The chat of this page, for as long as the page is there. On the server it stands still. */
export function useChat(): ChatLike {
  const { data: { orgId, userId } } = useFrame();
  const chat = useMemo(() => IS_BROWSER ? browserChat({ orgId, userId }) : stillChat(), []);
  useEffect(() => {
    chat.start();
    return () => chat.stop();
  }, []);
  return chat;
}

/** What a page is drawn from on the server: nothing is known yet, and nothing happens. */
export function stillChat(): ChatLike {
  const none = () => {};
  return {
    view: {
      state: "connecting",
      retryAt: null,
      rooms: [],
      roomsState: "loading",
      hasMoreRooms: false,
      unread: 0,
      mentions: 0,
    },
    subscribe: () => none,
    start: none,
    stop: none,
    moreRooms: none,
    conversation(roomId) {
      return {
        view: {
          roomId,
          state: "opening",
          name: "",
          propertyId: null,
          may: { moderate: false, manage: false },
          messages: [],
          changing: new Map(),
          refusal: null,
          outgoing: [],
          older: "none",
          lastSeq: 0,
          readUpTo: 0,
          newAfter: 0,
          typing: { names: [], count: 0 },
          present: [],
          receipts: new Map(),
          delivered: new Map(),
        },
        subscribe: () => none,
        send: () => false,
        retry: none,
        discard: none,
        edit: none,
        remove: none,
        typing: none,
        read: none,
        loadOlder: none,
      };
    },
    leave: none,
    away: none,
    statusOf: () => "unknown",
  };
}
