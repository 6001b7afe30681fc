import { Rooms, type RoomsData } from "@/lib/pages/rooms/rooms.tsx";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function RoomsPage({ frame, ...data }: RoomsData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="rooms" view={data.view}>
      <Rooms {...data} />
    </Frame>
  );
}
