import { MENTIONS_MAX } from "@/lib/chat/limits.ts";

/** A name that is being written after an `@`, as a picker needs it. */
export interface MentionAt {
  /** Of the `@`; in UTF-16 units, as a text field counts. */
  readonly from: number;
  /** Where the word ends. */
  readonly to: number;
  /** What is written of it before the caret; may be empty. */
  readonly query: string;
}

/** Longest part of a name that is looked for. */
const QUERY_CHARS_MAX = 50;
/** Letters, digits and what stands within names. */
const WORD = /[\p{L}\p{N}\p{M}._'’-]/u;

/** The `@word` that the caret stands in or behind; null: none. An `@` within a word, as of an e-mail address, is none. */
export function mentionAt(text: string, caret: number): MentionAt | null {
  let from = caret;
  while (from > 0 && caret - from <= QUERY_CHARS_MAX && isWord(text, before(text, from))) {
    from = before(text, from);
  }
  if (text[from - 1] !== "@") return null;
  from--;
  if (from > 0 && isWord(text, before(text, from))) return null;
  let to = caret;
  while (to < text.length && isWord(text, to)) to += charAt(text, to).length;
  return { from, to, query: text.slice(from + 1, caret) };
}

/** The text with the name in the place of what was written of it, and where the caret stands then. */
export function withMention(
  text: string,
  { from, to }: Pick<MentionAt, "from" | "to">,
  name: string,
): { readonly text: string; readonly caret: number } {
  const rest = text.slice(to);
  const said = `@${name}${/^\s/.test(rest) ? "" : " "}`;
  return { text: text.slice(0, from) + said + rest, caret: from + name.length + 2 };
}

/** Of the people that were picked, those whose `@name` is still in the text. */
export function mentionedIn(
  text: string,
  picked: readonly { readonly userId: string; readonly userName: string }[],
): readonly string[] {
  const found = picked.filter(({ userName }) => text.includes(`@${userName}`)).map(({ userId }) => userId);
  return [...new Set(found)].slice(0, MENTIONS_MAX);
}

/** Where the character before `at` begins. */
function before(text: string, at: number): number {
  const isPair = /[\uDC00-\uDFFF]/.test(text[at - 1] ?? "") && /[\uD800-\uDBFF]/.test(text[at - 2] ?? "");
  return at - (isPair ? 2 : 1);
}

function charAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function isWord(text: string, at: number): boolean {
  return WORD.test(charAt(text, at));
}
