import type { StayWorld } from "@/lib/pages/guests/stay_flow.ts";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import { placeOfEntity } from "@/lib/ui/records.ts";
import type { Saving } from "@/lib/ui/use_saving.ts";

/** Guests and rooms as the flows change them. */
export function useStayWorld({ guests, rooms }: { guests: Saving; rooms: Saving }): StayWorld {
  const { rest } = usePageClient();
  const { path } = placeOfEntity("guest");
  return {
    createGuest: (body) => guests.create(body),
    updateGuest: (id, changes) => guests.update(id, changes),
    updateRoom: (id, changes) => rooms.update(id, changes),
    async isShared(roomId, guestId) {
      const query = { roomId: String(roomId), status: "checked_in", limit: "2" };
      const answer = await rest.list(path, query);
      return answer.ok ? answer.page.items.some(({ id }) => id !== guestId) : null;
    },
  };
}
