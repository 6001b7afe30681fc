/** A part of a text as it is shown. One after the other, the `text` of all of them is the whole text. */
export type TextPiece =
  | { readonly kind: "text"; readonly text: string }
  /** `@name` of somebody who is mentioned. */
  | { readonly kind: "mention"; readonly text: string; readonly userId: string }
  /** `href` is http or https, and nothing else. */
  | { readonly kind: "link"; readonly text: string; readonly href: string };

interface Mentioned {
  readonly userId: string;
  readonly userName: string;
}

const LINK = /\bhttps?:\/\/[^\s<>"'`{}|\\^]+/giu;
/** What ends a sentence rather than an address. */
const TAIL = /[.,:;!?…*_~]+$/u;

/** Cuts a text into what is shown in a way of its own: names of who is mentioned, and links. */
export function textPieces(text: string, mentioned: readonly Mentioned[]): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const address = withoutTail(match[0]);
    const href = hrefOf(address);
    if (href === null) continue;
    pieces.push(...named(text.slice(at, match.index), mentioned));
    pieces.push({ kind: "link", text: address, href });
    at = match.index + address.length;
  }
  pieces.push(...named(text.slice(at), mentioned));
  return pieces;
}

function named(text: string, mentioned: readonly Mentioned[]): readonly TextPiece[] {
  // Of "Ann" and "Ann Lee" the longer one is meant where it is there.
  const people = mentioned.filter(({ userName }) => userName !== "")
    .toSorted((a, b) => b.userName.length - a.userName.length);
  const pieces: TextPiece[] = [];
  let begin = 0;
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    if (at < begin) continue;
    const person = people.find(({ userName }) => text.startsWith(userName, at + 1));
    if (person === undefined) continue;
    if (at > begin) pieces.push({ kind: "text", text: text.slice(begin, at) });
    const end = at + 1 + person.userName.length;
    pieces.push({ kind: "mention", text: text.slice(at, end), userId: person.userId });
    begin = end;
  }
  if (begin < text.length) pieces.push({ kind: "text", text: text.slice(begin) });
  return pieces;
}

/** A bracket that was opened before the address, or a full stop after it, is none of it. */
function withoutTail(address: string): string {
  let rest = address;
  for (;;) {
    const shorter = rest.replace(TAIL, "");
    const isBracket = /[)\]]$/.test(shorter) && !isClosing(shorter);
    if (!isBracket && shorter === rest) return rest;
    rest = isBracket ? shorter.slice(0, -1) : shorter;
  }
}

/** Does its last bracket close one of its own? */
function isClosing(address: string): boolean {
  const [open, close] = address.endsWith(")") ? ["(", ")"] : ["[", "]"];
  return address.split(open!).length >= address.split(close!).length;
}

function hrefOf(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { protocol, hostname, href } = new URL(address);
  return (protocol === "http:" || protocol === "https:") && hostname !== "" ? href : null;
}
