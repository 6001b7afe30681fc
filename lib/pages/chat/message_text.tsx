import { type Piece, piecesOf } from "@/lib/pages/chat/text_pieces.ts";

/** What somebody said: plain text, in which addresses can be followed and names stand out. */
export function MessageText({ text, names }: { text: string; names: readonly MentionedName[] }) {
  return <p class="chat-text" dir="auto">{piecesOf(text, names.map(({ name }) => name)).map(drawn(names))}</p>;
}

export interface MentionedName {
  readonly name: string;
  readonly isOneself: boolean;
}

function drawn(names: readonly MentionedName[]) {
  return (piece: Piece, at: number) => {
    switch (piece.kind) {
      case "text":
        return piece.text;
      case "link":
        return (
          <a key={at} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">{piece.text}</a>
        );
      case "name": {
        const isOneself = names.some(({ name, isOneself }) => isOneself && `@${name}` === piece.text);
        return <span key={at} class={`chat-name${isOneself ? " chat-name-own" : ""}`}>{piece.text}</span>;
      }
    }
  };
}
