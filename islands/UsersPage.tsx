import { Users, type UsersData } from "@/lib/pages/users/users.tsx";
import { Frame } from "@/lib/ui/frame.tsx";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export default function UsersPage({ frame, ...data }: UsersData & { frame: FrameData }) {
  return (
    <Frame frame={frame} page="users">
      <Users {...data} />
    </Frame>
  );
}
