import { useEffect, useRef } from "preact/hooks";
import type { ConversationView } from "@/lib/chat/client/chat_types.ts";

/** Earlier messages are loaded when the reader is this near to the first one. */
const AHEAD = "900px 0px 0px 0px";

export interface OlderProps {
  readonly state: ConversationView["older"];
  readonly isOpen: boolean;
  readonly load: () => void;
}

/** The top of a conversation: loads what is before it as the reader comes near, or when told to. */
export function Older({ state, isOpen, load }: OlderProps) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (state !== "some" || element.current === null) return;
    // Made anew after each load: one that sees no change says nothing.
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && load(), {
      root: element.current.closest(".chat-scroll"),
      rootMargin: AHEAD,
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [state]);
  return (
    <div class="chat-older" data-key="older" ref={element}>
      {!isOpen || state === "loading"
        ? <span class="muted" role="status">Loading messages…</span>
        : contentOf(state, load)}
    </div>
  );
}

function contentOf(state: ConversationView["older"], load: () => void) {
  switch (state) {
    case "some":
      return <button type="button" class="button button-small" onClick={load}>Show earlier messages</button>;
    case "failed":
      return (
        <>
          <span class="muted">Earlier messages could not be loaded</span>
          <button type="button" class="button button-small" onClick={load}>Try again</button>
        </>
      );
    case "full":
      return <span class="muted">What was said before this can be found with the search of this room</span>;
    default:
      return <span class="muted">The beginning of this conversation</span>;
  }
}
