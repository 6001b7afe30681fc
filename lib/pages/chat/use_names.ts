import { useEffect, useMemo, useState } from "preact/hooks";
import type { ConversationView } from "@/lib/chat/client/chat_types.ts";
import { askCandidates, type Person } from "@/lib/pages/chat/chat_rest.ts";
import { usePageClient } from "@/lib/ui/realtime.tsx";

/**
 * What people in a room are called: those who are there or said something; who else is mentioned is asked for once.
 * undefined: nobody knows.
 */
export function useNames(
  view: Pick<ConversationView, "roomId" | "messages" | "present">,
): (userId: string) => string | undefined {
  const { rest } = usePageClient();
  const { roomId, messages, present } = view;
  const [people, setPeople] = useState<readonly Person[] | null>(null);
  const names = useMemo(() => {
    const known = new Map<string, string>((people ?? []).map(({ userId, userName }) => [userId, userName]));
    for (const { userId, userName } of present) known.set(userId, userName);
    for (const { userId, userName } of messages) known.set(userId, userName);
    return known;
  }, [messages, present, people]);
  const isMissing = useMemo(() => {
    return messages.some(({ mentions }) => mentions?.some((userId) => !names.has(userId)));
  }, [messages, names]);
  useEffect(() => {
    if (!isMissing || people !== null) return;
    setPeople([]);
    void askCandidates(rest, roomId).then((answer) => answer.ok && setPeople(answer.value.people));
  }, [isMissing]);
  return (userId) => names.get(userId);
}
