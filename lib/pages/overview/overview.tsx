import { PageHead } from "@/lib/ui/page_head.tsx";

export function Overview() {
  return <PageHead title="Overview" />;
}
