import { Guests, type GuestsData } from "@/lib/pages/guests/guests.tsx";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function GuestsPage({ frame, ...data }: GuestsData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="guests" view={data.view}>
      <Guests {...data} />
    </Frame>
  );
}
