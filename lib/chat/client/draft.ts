import { MENTIONS_MAX, TEXT_CHARS_MAX } from "@/lib/chat/limits.ts";
import type { Draft } from "@/lib/chat/client/chat_types.ts";

/** What can be said of a draft; null: it is empty, or too long. A link may stand alone. */
export function saidOf({ text, link, mentions, replyTo }: Draft): Draft | null {
  const trimmed = text.trim();
  if (trimmed === "" && link === null || [...trimmed].length > TEXT_CHARS_MAX) return null;
  return { text: trimmed, link, replyTo, mentions: [...new Set(mentions)].slice(0, MENTIONS_MAX) };
}
