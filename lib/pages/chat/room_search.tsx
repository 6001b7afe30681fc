import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { askSearch } from "@/lib/pages/chat/chat_rest.ts";
import { clockWords, previewOf } from "@/lib/pages/chat/chat_words.ts";
import { formatTime } from "@/lib/live/formats.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import { sayProblem } from "@/lib/ui/states.tsx";
import { useLate } from "@/lib/ui/use_late.ts";

export interface RoomSearchProps {
  readonly roomId: string;
  readonly propertyId: number | null;
  readonly goTo: (seq: number) => void;
  readonly onClose: () => void;
}

interface Found {
  readonly q: string;
  readonly messages: readonly ChatMessage[];
  readonly more: boolean;
}

/** Finds what was said in a room; a click leads to it. */
export function RoomSearch({ roomId, propertyId, goTo, onClose }: RoomSearchProps) {
  const { rest } = usePageClient();
  const { placeOf } = useFrame();
  const place = placeOf(propertyId);
  const [typed, type] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const q = useLate(typed).trim();
  const turn = useRef(0);
  const field = useRef<HTMLInputElement>(null);
  const whole = useRef<HTMLElement>(null);
  // With what is shown: after it, the focus may have moved already, and nobody knows where it came from.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const element = whole.current;
    field.current?.focus();
    return () => {
      // Whoever went elsewhere meanwhile stays there.
      if (before instanceof HTMLElement && element?.contains(document.activeElement)) before.focus();
    };
  }, []);
  const ask = async (before: readonly ChatMessage[]) => {
    const mine = ++turn.current;
    const answer = await askSearch(rest, roomId, { q, before: before.at(-1)?.seq ?? null });
    if (mine !== turn.current) return;
    setProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return;
    const { messages, more } = answer.value;
    setFound({ q, messages: [...before, ...messages], more });
  };
  useEffect(() => {
    if (q !== "") void ask([]);
    else {
      turn.current++;
      setFound(null);
      setProblem(null);
    }
  }, [q]);
  return (
    <search class="chat-search" ref={whole}>
      <div class="chat-search-field">
        <div class="search">
          <Icon name="search" />
          <input
            ref={field}
            type="search"
            aria-label="Search in this room"
            placeholder="Search in this room"
            value={typed}
            onInput={({ currentTarget }) => type(currentTarget.value)}
            onKeyDown={({ key }) => key === "Escape" && onClose()}
          />
        </div>
        <button type="button" class="icon-button" aria-label="Close the search" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {problem !== null && <p class="error" role="alert">{sayProblem(problem)}</p>}
      {found !== null && (
        <>
          <p class="hidden" role="status">{found.messages.length} found</p>
          {found.messages.length === 0 && <p class="chat-search-none muted">Nothing was said about that</p>}
          <ul class="chat-found-list">
            {found.messages.map((message) => (
              <li key={message.id}>
                <button type="button" class="chat-found" onClick={() => goTo(message.seq)}>
                  <span class="chat-found-top">
                    <bdi class="chat-author">{message.userName}</bdi>
                    <time class="chat-clock" dateTime={message.at}>
                      {formatTime(message.at, "day", place)}, {clockWords(message.at, place)}
                    </time>
                  </span>
                  <span class="chat-found-text" dir="auto">{previewOf(message)}</span>
                </button>
              </li>
            ))}
          </ul>
          {found.more && (
            <button
              type="button"
              class="button button-small"
              onClick={() => void ask(found.messages)}
            >
              Show more
            </button>
          )}
        </>
      )}
    </search>
  );
}
