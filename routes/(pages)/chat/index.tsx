import { page } from "fresh";
import ChatPage from "@/islands/ChatPage.tsx";
import { ROOMS_PAGE } from "@/lib/chat/client/limits.ts";
import { parseRoomId } from "@/lib/chat/room_id.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "chat");
    if (reading instanceof Response) return reading;
    const asked = ctx.url.searchParams.get("room");
    const room = parseRoomId(asked) === undefined ? null : asked;
    const rooms = await reading.services.chatRest.rooms.list(reading.principal, {
      after: undefined,
      limit: ROOMS_PAGE,
    });
    if (!rooms.ok) throw new ProblemError(rooms.problem);
    const { unread, mentions } = rooms;
    const first = { rooms: rooms.rooms, unread, mentions, hasMoreRooms: rooms.next !== null };
    return page({ room, first, frame: reading.frame() });
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop
      title="Chat"
      frame={data.frame}
      styles={["documents", "chat", "chat_messages", "chat_writing"]}
    />
    <ChatPage {...data} />
  </>
));
