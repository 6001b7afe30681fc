import { TEXT_CHARS_MAX } from "@/lib/chat/limits.ts";
import { isWellFormed } from "@/lib/resources/plain_json.ts";

/**
 * What is kept of a text: trimmed, with one kind of line end. Answers why it cannot be kept instead, as the end of a
 * sentence about it. Characters are code points.
 */
export function cleanText(
  text: string,
  { mayBeEmpty = false }: { mayBeEmpty?: boolean } = {},
): { readonly text: string } | { readonly refusal: string } {
  if (!isWellFormed(text)) return { refusal: "has characters that are not text" };
  const kept = text.replaceAll(/\r\n?/g, "\n").trim();
  if (kept === "" && !mayBeEmpty) return { refusal: "must not be empty" };
  // More UTF-16 units than that are more code points than allowed, whatever they are.
  const isLong = kept.length > 2 * TEXT_CHARS_MAX || [...kept].length > TEXT_CHARS_MAX;
  return isLong ? { refusal: `must have at most ${TEXT_CHARS_MAX} characters` } : { text: kept };
}
