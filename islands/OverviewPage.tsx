import { Overview, type OverviewData } from "@/lib/pages/overview/overview.tsx";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function OverviewPage({ frame, ...data }: OverviewData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="overview">
      <Overview {...data} />
    </Frame>
  );
}
