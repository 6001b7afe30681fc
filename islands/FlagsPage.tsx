import { Flags } from "@/lib/pages/flags/flags.tsx";
import type { FlagsData } from "@/lib/pages/flags/flags_data.ts";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function FlagsPage({ frame, ...data }: FlagsData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="flags">
      <Flags {...data} />
    </Frame>
  );
}
