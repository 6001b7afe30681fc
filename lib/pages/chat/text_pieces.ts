/** A part of a text. `href` is an address of http or https; whatever else looks like one is text. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string }
  | { readonly kind: "name"; readonly text: string };

const ADDRESS = /https?:\/\/[^\s<>"'`\u0000-\u001f]+/gi;
/** What belongs to the sentence around an address rather than to it. */
const BEHIND = /[.,;:!?*_~]+$/;

/** Cuts a text into what is shown in different ways. Put together again the pieces are the text. */
export function piecesOf(text: string, names: readonly string[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const shown = addressIn(match[0]);
    const href = hrefOf(shown);
    if (href === undefined) continue;
    pieces.push(...named(text.slice(done, match.index), names));
    pieces.push({ kind: "link", text: shown, href });
    done = match.index + shown.length;
  }
  pieces.push(...named(text.slice(done), names));
  return pieces;
}

function addressIn(found: string): string {
  let address = found;
  for (;;) {
    const before = address;
    address = address.replace(BEHIND, "");
    const opened = address.split("(").length;
    if (address.endsWith(")") && address.split(")").length > opened) address = address.slice(0, -1);
    if (address === before) return address;
  }
}

function hrefOf(text: string): string | undefined {
  try {
    const { protocol, href } = new URL(text);
    return protocol === "http:" || protocol === "https:" ? href : undefined;
  } catch {
    return undefined;
  }
}

function named(text: string, names: readonly string[]): readonly Piece[] {
  // Of two names that begin alike the longer one is meant.
  const wanted = names.filter((name) => name !== "").toSorted((a, b) => b.length - a.length);
  const pieces: Piece[] = [];
  let done = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const name = wanted.find((name) => text.startsWith(name, at + 1));
    if (name === undefined) continue;
    if (at > done) pieces.push({ kind: "text", text: text.slice(done, at) });
    pieces.push({ kind: "name", text: `@${name}` });
    done = at + 1 + name.length;
    at = done - 1;
  }
  if (done < text.length) pieces.push({ kind: "text", text: text.slice(done) });
  return pieces;
}

/** A name that is being typed: from the @ to the caret. */
export interface TypedName {
  readonly start: number;
  readonly end: number;
  readonly query: string;
}

/** Names have so many words at most while they are looked for. */
const WORDS_MAX = 3;
const QUERY_CHARS_MAX = 40;

/** The name before the caret that began with an @; undefined: none is being typed. */
export function typedName(text: string, caret: number): TypedName | undefined {
  const start = text.lastIndexOf("@", caret - 1);
  if (start < 0 || start > 0 && !/[\s([{"'.,:;]/.test(text[start - 1]!)) return undefined;
  const query = text.slice(start + 1, caret);
  const isOne = query.length <= QUERY_CHARS_MAX && !/[\n@]|^\s|\s\s/.test(query) &&
    query.split(" ").length <= WORDS_MAX;
  return isOne ? { start, end: caret, query } : undefined;
}
