import { Staff, type StaffData } from "@/lib/pages/staff/staff.tsx";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function StaffPage({ frame, ...data }: StaffData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="staff" view={data.view}>
      <Staff {...data} />
    </Frame>
  );
}
