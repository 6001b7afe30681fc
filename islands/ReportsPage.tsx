import { Reports, type ReportsData } from "@/lib/pages/reports/reports.tsx";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function ReportsPage({ frame, ...data }: ReportsData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="reports">
      <Reports {...data} />
    </Frame>
  );
}
