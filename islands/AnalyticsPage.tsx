import { Analytics, type AnalyticsData } from "@/lib/pages/analytics/analytics.tsx";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function AnalyticsPage({ frame, ...data }: AnalyticsData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="analytics" view={String(data.length)}>
      <Analytics {...data} />
    </Frame>
  );
}
