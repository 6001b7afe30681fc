import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ConversationLike, ConversationView } from "@/lib/chat/client/chat_types.ts";
import { mentionAt, mentionedIn } from "@/lib/chat/client/mentions.ts";
import { TEXT_CHARS_MAX } from "@/lib/chat/limits.ts";
import { linkWords, previewOf } from "@/lib/pages/chat/chat_words.ts";
import type { Person } from "@/lib/pages/chat/chat_rest.ts";
import { type DraftText, EMPTY_DRAFT, endedOf, withPerson } from "@/lib/pages/chat/drafts.ts";
import { MentionPicker, useMentions } from "@/lib/pages/chat/mention_picker.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";

/** The field grows with what is written, up to this. Pixels. */
const GROWS_TO_PX = 200;
/** From here on what is left is counted. Characters. */
const COUNTED_FROM = TEXT_CHARS_MAX - 200;

export interface ComposerProps {
  readonly conversation: ConversationLike;
  readonly view: ConversationView;
  readonly draft: DraftText;
  readonly onDraft: (draft: DraftText) => void;
  /** The last message of one's own that can be edited: what ArrowUp leads to. */
  readonly onEditLast: () => void;
  /** Opens the choice of a record. */
  readonly onAttach: (() => void) | undefined;
  /** Opens the choice of a file. */
  readonly onFile: (() => void) | undefined;
}

/** Where one writes: Enter sends, Shift+Enter begins a line, Escape ends an edit or a reply, @ offers names. */
export function Composer(props: ComposerProps) {
  const { conversation, view, draft, onDraft, onEditLast, onAttach, onFile } = props;
  const { text, replyTo, editing, link, linkName } = draft;
  const { toast } = useFrame();
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(0);
  const at = mentionAt(text, caret);
  const mentions = useMentions(view.roomId, at);
  const caretNext = useRef<number | null>(null);

  useLayoutEffect(() => {
    const element = field.current!;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, GROWS_TO_PX)}px`;
    if (caretNext.current !== null) {
      element.setSelectionRange(caretNext.current, caretNext.current);
      setCaret(caretNext.current);
      caretNext.current = null;
    }
  }, [text]);
  // Whoever answers or edits writes next.
  const focusOn = editing?.id ?? replyTo?.id ?? link?.id;
  useEffect(() => {
    if (focusOn === undefined) return;
    field.current!.focus();
    if (editing !== null) field.current!.setSelectionRange(text.length, text.length);
  }, [focusOn]);

  const length = [...text].length;
  const isTooLong = length > TEXT_CHARS_MAX;
  const canSend = !isTooLong && (text.trim() !== "" || link !== null);
  const submit = () => {
    if (!canSend) return;
    const mentioned = mentionedIn(text, draft.named);
    if (editing !== null) {
      if (text.trim() !== editing.text) conversation.edit(editing.id, text, mentioned);
      return onDraft(draft.aside ?? EMPTY_DRAFT);
    }
    if (conversation.send({ text, replyTo, link, mentions: mentioned })) onDraft(EMPTY_DRAFT);
    else toast({ text: "Too many messages wait to be sent. Yours is kept here", kind: "failed" });
  };
  const take = (person: Person | undefined) => {
    if (person === undefined || at === null) return;
    const { draft: next, caret } = withPerson(draft, at, person);
    caretNext.current = caret;
    onDraft(next);
    field.current!.focus();
  };
  /** The button that was pressed is gone with it. */
  const without = (rest: DraftText) => {
    onDraft(rest);
    field.current!.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (mentions.isOpen && mentions.press(event, take)) return event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey) submit();
    else if (event.key === "ArrowUp" && text === "" && editing === null) onEditLast();
    else if (event.key === "Escape") {
      const ended = endedOf(draft);
      if (ended === null) return field.current!.blur();
      onDraft(ended);
    } else return;
    event.preventDefault();
  };
  const noteCaret = () => setCaret(field.current?.selectionStart ?? 0);
  return (
    <form
      class="chat-composer"
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {(editing ?? replyTo) !== null && (
        <div class="chat-about">
          <Icon name={editing === null ? "reply" : "edit"} />
          <p>
            <strong>{editing === null ? `Reply to ${replyTo!.userName}` : "Edit your message"}</strong>
            <span class="muted">{previewOf((editing ?? replyTo)!)}</span>
          </p>
          <button
            type="button"
            class="icon-button"
            aria-label={editing === null ? "Do not reply" : "Stop editing"}
            onClick={() => without(endedOf(draft) ?? draft)}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
      {link !== null && (
        <div class="chat-about">
          <Icon name="attach" />
          <p>
            <strong>{linkWords(link)}</strong>
            <bdi class="muted">{linkName}</bdi>
          </p>
          <button
            type="button"
            class="icon-button"
            aria-label={`Do not attach ${linkName}`}
            onClick={() => without({ ...draft, link: null, linkName: "" })}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
      <div class="chat-field">
        {mentions.isOpen && <MentionPicker {...mentions} take={take} />}
        {editing === null && onFile && (
          <button
            type="button"
            class="icon-button"
            aria-label="Send a file"
            title="Send a file"
            onClick={onFile}
          >
            <Icon name="attach" />
          </button>
        )}
        {editing === null && onAttach && (
          <button
            type="button"
            class="icon-button"
            aria-label="Attach a task, guest or room"
            title="Attach a task, guest or room"
            onClick={onAttach}
          >
            <Icon name="plus" />
          </button>
        )}
        <textarea
          ref={field}
          class="chat-input"
          rows={1}
          dir="auto"
          placeholder={`Write to ${view.name}`}
          aria-label={`Write to ${view.name}`}
          aria-autocomplete="list"
          aria-controls={mentions.isOpen ? mentions.listId : undefined}
          aria-activedescendant={mentions.isOpen ? mentions.activeId : undefined}
          aria-invalid={isTooLong}
          enterkeyhint="send"
          value={text}
          onInput={({ currentTarget }) => {
            onDraft({ ...draft, text: currentTarget.value });
            noteCaret();
            if (editing === null) conversation.typing(currentTarget.value.trim() !== "");
          }}
          onKeyDown={pressed}
          onKeyUp={noteCaret}
          onClick={noteCaret}
          onBlur={() => {
            mentions.close();
            conversation.typing(false);
          }}
        />
        <button
          type="submit"
          class="chat-send"
          disabled={!canSend}
          aria-label={editing === null ? "Send" : "Save the change"}
          // The keyboard of a phone stays.
          onPointerDown={(event) => event.preventDefault()}
        >
          <Icon name={editing === null ? "send" : "check"} />
        </button>
      </div>
      {length > COUNTED_FROM && (
        <p class={isTooLong ? "chat-count error" : "chat-count muted"} role="status">
          {isTooLong
            ? `${length - TEXT_CHARS_MAX} characters too many`
            : `${TEXT_CHARS_MAX - length} characters left`}
        </p>
      )}
    </form>
  );
}
