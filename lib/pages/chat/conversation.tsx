import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ChatLike } from "@/lib/chat/client/chat_types.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { parseRoomId } from "@/lib/chat/room_id.ts";
import { announcementOf, typingWords } from "@/lib/pages/chat/chat_words.ts";
import { Composer } from "@/lib/pages/chat/composer.tsx";
import { type Drafts, type DraftText, editingOf } from "@/lib/pages/chat/drafts.ts";
import { MessageList } from "@/lib/pages/chat/message_list.tsx";
import type { ReadingPlace } from "@/lib/pages/chat/reading_place.ts";
import { RoomHead } from "@/lib/pages/chat/room_head.tsx";
import { Unsent } from "@/lib/pages/chat/unsent.tsx";
import { useExtras } from "@/lib/pages/chat/use_extras.tsx";
import { useNames } from "@/lib/pages/chat/use_names.ts";
import { useView } from "@/lib/pages/chat/use_view.ts";
import { Confirm } from "@/lib/ui/confirm.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Empty } from "@/lib/ui/states.tsx";

/** Of what came while nothing was announced, so much is looked at. */
const ANNOUNCED_MAX = 20;

export interface ConversationProps {
  readonly chat: ChatLike;
  readonly roomId: string;
  readonly drafts: Drafts;
  readonly backHref: string;
  readonly onBack: () => void;
  readonly place: ReadingPlace | null;
  readonly onPlace: (place: ReadingPlace | null) => void;
}

/** One room: who is there, what was said, and where one writes. It is joined for as long as it is shown. */
export function Conversation({ chat, roomId, drafts, backHref, onBack, place, onPlace }: ConversationProps) {
  const { data: { userId }, toast } = useFrame();
  const conversation = useMemo(() => chat.conversation(roomId), []);
  useEffect(() => {
    // The page may have come back to it after it was left.
    chat.conversation(roomId);
    return () => chat.leave(roomId);
  }, []);
  const view = useView(conversation);
  const nameOf = useNames(view);
  const [draft, setDraft] = useState(() => drafts.of(roomId));
  const keepDraft = (next: DraftText) => {
    drafts.keep(roomId, next);
    setDraft(next);
  };
  const [removing, setRemoving] = useState<ChatMessage | null>(null);
  const [target, setTarget] = useState<{ seq: number; turn: number } | null>(null);
  const goTo = (seq: number) => setTarget((before) => ({ seq, turn: (before?.turn ?? 0) + 1 }));
  const extras = useExtras({
    conversation,
    view,
    draft,
    onDraft: keepDraft,
    goTo,
    onGone: onBack,
  });
  const { refusal } = view;
  useEffect(() => {
    if (refusal === null) return;
    const what = refusal.kind === "edit" ? "The change was not kept" : "The message was not deleted";
    toast({ text: `${what}: ${refusal.problem}`, kind: "failed" });
  }, [refusal]);
  const edit = (message: ChatMessage) => keepDraft(editingOf(draft, message, nameOf));
  const acts = {
    reply: (message: ChatMessage) => keepDraft({ ...draft, replyTo: message }),
    edit,
    remove: setRemoving,
    copy: ({ text }: Pick<ChatMessage, "text">) => {
      navigator.clipboard.writeText(text).then(
        () => toast({ text: "Copied" }),
        () => toast({ text: "This browser did not let it be copied", kind: "failed" }),
      );
    },
    showReaders: extras.showReaders,
    retry: (clientMsgId: string) => conversation.retry(clientMsgId),
    discard: (clientMsgId: string) => conversation.discard(clientMsgId),
  };
  const isTopic = parseRoomId(roomId)?.kind === "topic";
  return (
    <section
      class="chat-conversation"
      aria-label={view.name}
      data-state={view.state}
      data-over={extras.isOver}
    >
      <RoomHead
        view={view}
        backHref={backHref}
        onBack={onBack}
        isSearching={extras.isSearching}
        onSearch={extras.toggleSearch}
        onMembers={isTopic ? extras.showMembers : undefined}
      />
      {view.state === "gone"
        ? (
          <Empty
            icon="chat"
            title="This room is not there"
            text="It was deleted, or you are not in it any more."
          >
            <button type="button" class="button" onClick={onBack}>To the rooms</button>
            <Unsent outgoing={view.outgoing} copy={acts.copy} discard={acts.discard} />
          </Empty>
        )
        : (
          <>
            {extras.search}
            <MessageList
              conversation={conversation}
              view={view}
              nameOf={nameOf}
              acts={acts}
              target={target}
              place={place}
              onPlace={onPlace}
            />
            <p class="chat-typing" aria-live="off">
              {view.typing.count > 0 && <span class="chat-dots" aria-hidden="true" />}
              {typingWords(view.typing)}
            </p>
            {extras.uploads}
            <Composer
              conversation={conversation}
              view={view}
              draft={draft}
              onDraft={keepDraft}
              onEditLast={() => {
                const last = view.messages.findLast((one) => one.userId === userId && !one.deleted);
                if (last !== undefined) edit(last);
              }}
              onAttach={extras.attach}
              onFile={extras.chooseFile}
            />
          </>
        )}
      <Announced messages={view.messages} isOpen={view.state === "open"} />
      {removing !== null && (
        <Confirm
          title="Delete this message?"
          text="What it says is gone for everybody. That there was a message stays to be seen."
          action="Delete"
          isBusy={false}
          failure={null}
          onConfirm={() => {
            conversation.remove(removing.id);
            setRemoving(null);
          }}
          onClose={() => setRemoving(null)}
        />
      )}
      {extras.dialogs}
    </section>
  );
}

/** What others say, for people who cannot see it: not what was there before. */
function Announced({ messages, isOpen }: { messages: readonly ChatMessage[]; isOpen: boolean }) {
  const { data: { userId } } = useFrame();
  const told = useRef<number | null>(null);
  const [says, say] = useState("");
  useEffect(() => {
    if (!isOpen) return;
    const lastSeq = messages.at(-1)?.seq ?? 0;
    const before = told.current;
    told.current = Math.max(before ?? 0, lastSeq);
    if (before === null || lastSeq <= before) return;
    const fresh = messages.slice(-ANNOUNCED_MAX).filter((one) => one.seq > before && one.userId !== userId);
    if (fresh.length > 0) say(announcementOf(fresh));
  }, [messages, isOpen]);
  return <p class="hidden" role="status" data-announced>{says}</p>;
}
