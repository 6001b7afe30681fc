import { type MentionAt, withMention } from "@/lib/chat/client/mentions.ts";
import type { ChatLink, ChatMessage } from "@/lib/chat/message.ts";

/** Somebody whose name stands in a text with an @ before it. */
export interface Named {
  readonly userId: string;
  readonly userName: string;
}

/** What is being written in a room. */
export interface DraftText {
  readonly text: string;
  readonly replyTo: ChatMessage | null;
  readonly link: ChatLink | null;
  /** What the link is called. */
  readonly linkName: string;
  readonly named: readonly Named[];
  /** The message that is being edited. What was being written before waits in `aside`. */
  readonly editing: ChatMessage | null;
  readonly aside: DraftText | null;
}

export const EMPTY_DRAFT: DraftText = {
  text: "",
  replyTo: null,
  link: null,
  linkName: "",
  named: [],
  editing: null,
  aside: null,
};

/** Begins to edit; `names` says what those are called who are mentioned in it. */
export function editingOf(
  before: DraftText,
  message: ChatMessage,
  names: (userId: string) => string | undefined,
): DraftText {
  const aside = before.editing === null ? before : before.aside;
  const named = (message.mentions ?? []).flatMap((userId) => {
    const userName = names(userId);
    return userName === undefined ? [] : [{ userId, userName }];
  });
  return { ...EMPTY_DRAFT, text: message.text, named, editing: message, aside };
}

/** Ends what can be ended: the edit, else the reply. null: there is nothing to end. */
export function endedOf(draft: DraftText): DraftText | null {
  if (draft.editing !== null) return draft.aside ?? EMPTY_DRAFT;
  return draft.replyTo !== null ? { ...draft, replyTo: null } : null;
}

/** The draft with the name of somebody in the place of what was typed of it; and where the caret goes. */
export function withPerson(
  draft: DraftText,
  at: Pick<MentionAt, "from" | "to">,
  person: Named,
): { readonly draft: DraftText; readonly caret: number } {
  const { text, caret } = withMention(draft.text, at, person.userName);
  const others = draft.named.filter(({ userId }) => userId !== person.userId);
  return { draft: { ...draft, text, named: [...others, person] }, caret };
}

/** Drafts of rooms while the page lives. */
export class Drafts {
  readonly #all = new Map<string, DraftText>();

  of(roomId: string): DraftText {
    return this.#all.get(roomId) ?? EMPTY_DRAFT;
  }

  keep(roomId: string, draft: DraftText): void {
    if (draft === EMPTY_DRAFT) this.#all.delete(roomId);
    else this.#all.set(roomId, draft);
  }
}
