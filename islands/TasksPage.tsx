import { Tasks, type TasksData } from "@/lib/pages/tasks/tasks.tsx";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function TasksPage({ frame, ...data }: TasksData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="tasks">
      <Tasks {...data} />
    </Frame>
  );
}
