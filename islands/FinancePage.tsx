import { Finance, type FinanceData } from "@/lib/pages/finance/finance.tsx";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function FinancePage({ frame, ...data }: FinanceData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="finance" view={data.view}>
      <Finance {...data} />
    </Frame>
  );
}
