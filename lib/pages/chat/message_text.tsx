import { type TextPiece, textPieces } from "@/lib/chat/client/text_pieces.ts";
import type { Named } from "@/lib/pages/chat/drafts.ts";

export interface MessageTextProps {
  readonly text: string;
  /** Who is mentioned in it, as far as their names are known. */
  readonly named: readonly Named[];
  /** Who looks at it. */
  readonly ownId: string;
}

/** What somebody said: plain text, in which addresses can be followed and names stand out. */
export function MessageText({ text, named, ownId }: MessageTextProps) {
  return <p class="chat-text" dir="auto">{textPieces(text, named).map(drawn(ownId))}</p>;
}

function drawn(ownId: string) {
  return (piece: TextPiece, at: number) => {
    switch (piece.kind) {
      case "text":
        return piece.text;
      case "link":
        return (
          <a key={at} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">{piece.text}</a>
        );
      case "mention":
        return (
          <span key={at} class={`chat-name${piece.userId === ownId ? " chat-name-own" : ""}`}>
            {piece.text}
          </span>
        );
    }
  };
}
