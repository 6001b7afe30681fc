import { type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { isObject } from "@/lib/client/server_frames.ts";
import { usePageClient } from "@/lib/ui/realtime.tsx";

/** The counts are of all rooms, whichever are listed. */
const PATH = "/v2/collaboration/rooms?limit=1";

/** Unread messages of all rooms; undefined: not known yet. One page shows it in several places. */
const unread: Signal<number | undefined> = signal(undefined);

/** Says what is unread, for a page that knows. */
export function useChatUnread(count: number): void {
  useEffect(() => {
    unread.value = count;
  }, [count]);
}

/** What is unread in chat: asked for after the page was loaded, and whenever the person comes back to it. */
export function useUnreadOfChat(isAsked: boolean): number {
  const { rest } = usePageClient();
  useEffect(() => {
    if (!isAsked) return;
    const ask = async () => {
      if (document.hidden) return;
      const answer = await rest.json(PATH);
      if (answer.ok && isObject(answer.value)) unread.value = Number(answer.value.unread) || 0;
    };
    void ask();
    document.addEventListener("visibilitychange", ask);
    return () => document.removeEventListener("visibilitychange", ask);
  }, [isAsked]);
  return unread.value ?? 0;
}
