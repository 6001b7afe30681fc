import { page } from "fresh";
import ChatPage from "@/islands/ChatPage.tsx";
import { parseRoomId } from "@/lib/chat/room_id.ts";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "chat");
    if (reading instanceof Response) return reading;
    const asked = ctx.url.searchParams.get("room");
    const room = parseRoomId(asked) === undefined ? null : asked;
    const first = { rooms: [], unread: 0, mentions: 0, hasMoreRooms: false };
    return page({ room, first, frame: reading.frame() });
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Chat" frame={data.frame} styles={["documents", "chat", "chat_writing"]} />
    <ChatPage {...data} />
  </>
));
