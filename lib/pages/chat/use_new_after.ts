import { useEffect, useReducer, useRef } from "preact/hooks";
import type { ConversationView } from "@/lib/chat/client/chat_types.ts";

type Read = Pick<ConversationView, "state" | "newAfter" | "lastSeq" | "readUpTo">;

/**
 * The `seq` behind which "new" begins: what was unread when the room was opened, or came while the person was elsewhere.
 * What comes while they look is not new to them: then there is none, which is Infinity.
 */
export function useNewAfter(view: Read): number {
  const [, draw] = useReducer<number, void>((count) => count + 1, 0);
  const latest = useRef(view);
  latest.current = view;
  const begin = useRef<number | null>(null);
  if (begin.current === null && view.state === "open") {
    begin.current = view.newAfter < view.lastSeq ? view.newAfter : Infinity;
  }
  useEffect(() => {
    const move = (to: number) => {
      if (begin.current === null || begin.current === to) return;
      begin.current = to;
      draw();
    };
    const look = () => {
      const { lastSeq, readUpTo } = latest.current;
      const isHere = document.hasFocus() && !document.hidden;
      if (!isHere && readUpTo >= lastSeq) move(lastSeq);
      else if (isHere && begin.current !== null && begin.current >= lastSeq) move(Infinity);
    };
    const events = [[globalThis, "focus"], [globalThis, "blur"], [document, "visibilitychange"]] as const;
    for (const [target, name] of events) target.addEventListener(name, look);
    return () => {
      for (const [target, name] of events) target.removeEventListener(name, look);
    };
  }, []);
  return begin.current ?? Infinity;
}
