import { Branding, type BrandingData } from "@/lib/pages/branding/branding.tsx";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function BrandingPage({ frame, ...data }: BrandingData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="branding">
      <Branding {...data} />
    </Frame>
  );
}
