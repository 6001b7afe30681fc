import { Chat, type ChatData } from "@/lib/pages/chat/chat.tsx";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function ChatPage({ frame, ...data }: ChatData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="chat">
      <Chat {...data} />
    </Frame>
  );
}
