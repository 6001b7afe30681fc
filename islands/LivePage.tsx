import { Live, type LiveData } from "@/lib/pages/live/live.tsx";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function LivePage({ frame, ...data }: LiveData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="live">
      <Live {...data} />
    </Frame>
  );
}
