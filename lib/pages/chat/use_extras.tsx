import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ConversationLike, ConversationView } from "@/lib/chat/client/chat_types.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import type { DraftText } from "@/lib/pages/chat/drafts.ts";
import { useFileDrop } from "@/lib/pages/documents/use_file_drop.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { chooseFiles, type FoundFile } from "@/lib/upload/client/found_files.ts";

type Parts = typeof import("@/lib/pages/chat/extra_parts.tsx");
type Files = typeof import("@/lib/pages/chat/file_sending.tsx");
type Open =
  | { readonly kind: "readers"; readonly message: ChatMessage }
  | { readonly kind: "members" }
  | { readonly kind: "record" };

interface ExtrasOptions {
  readonly conversation: ConversationLike;
  readonly view: ConversationView;
  readonly draft: DraftText;
  readonly onDraft: (draft: DraftText) => void;
  readonly goTo: (seq: number) => void;
  /** The room is not this person's any more. */
  readonly onGone: () => void;
}

export interface Extras {
  readonly showReaders: (message: ChatMessage) => void;
  readonly showMembers: () => void;
  readonly toggleSearch: () => void;
  readonly isSearching: boolean;
  /** undefined: this person may see no records. */
  readonly attach: (() => void) | undefined;
  /** undefined: no file can be sent in this room. */
  readonly chooseFile: (() => void) | undefined;
  /** Files hover over the page. */
  readonly isOver: boolean;
  readonly search: ComponentChildren;
  readonly uploads: ComponentChildren;
  readonly dialogs: ComponentChildren;
}

/** Parts of a conversation whose script is loaded when somebody asks for them: search, readers, members, records, files. */
export function useExtras({ conversation, view, draft, onDraft, goTo, onGone }: ExtrasOptions): Extras {
  const { data: { services }, toast } = useFrame();
  const { roomId, propertyId, state } = view;
  const [parts, setParts] = useState<Parts | null>(null);
  const [files, setFiles] = useState<Files | null>(null);
  const [found, setFound] = useState<readonly FoundFile[]>([]);
  const [open, setOpen] = useState<Open | null>(null);
  const [isSearching, setSearching] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const failed = () => {
    toast({ text: "This part of the page could not be loaded. Try again", kind: "failed" });
  };
  const load = () => {
    if (parts === null) import("@/lib/pages/chat/extra_parts.tsx").then(setParts, failed);
  };
  const show = (next: Open) => {
    load();
    setOpen(next);
  };
  const takesFiles = propertyId !== null && state === "open" && services.includes("guest");
  const take = (more: readonly FoundFile[]) => {
    if (!takesFiles) {
      toast({ text: "Files can be sent in rooms of a property only", kind: "failed" });
      return;
    }
    setFound((before) => [...before, ...more]);
    if (files === null) import("@/lib/pages/chat/file_sending.tsx").then(setFiles, failed);
  };
  const isOver = useFileDrop(take);
  useEffect(() => {
    if (isSearching) load();
  }, [isSearching]);
  const close = () => setOpen(null);
  const sees = services.some((service) => ["tasks", "guest", "properties"].includes(service));
  return {
    showReaders: (message) => show({ kind: "readers", message }),
    showMembers: () => show({ kind: "members" }),
    toggleSearch: () => setSearching(!isSearching),
    isSearching,
    attach: sees ? () => show({ kind: "record" }) : undefined,
    chooseFile: takesFiles
      ? async () => {
        const chosen = await chooseFiles();
        if (chosen === "unable") picker.current?.click();
        else if (chosen.length > 0) take(chosen);
      }
      : undefined,
    isOver: isOver && takesFiles,
    search: isSearching && parts !== null &&
      (
        <parts.RoomSearch
          roomId={roomId}
          propertyId={propertyId}
          goTo={goTo}
          onClose={() => setSearching(false)}
        />
      ),
    uploads: (
      <>
        <input
          ref={picker}
          class="hidden"
          type="file"
          data-picker
          multiple
          tabIndex={-1}
          aria-label="Files to send"
          onChange={({ currentTarget }) => {
            take([...currentTarget.files ?? []].map((file) => ({ file, handle: null })));
            currentTarget.value = "";
          }}
        />
        {files !== null && propertyId !== null && (
          <files.FileSending
            files={found}
            onTaken={() => setFound([])}
            propertyId={propertyId}
            send={(documentId) =>
              conversation.send({
                text: "",
                replyTo: null,
                link: { entity: "document", id: documentId },
                mentions: [],
              })}
          />
        )}
      </>
    ),
    dialogs: open !== null && parts !== null && (
      <>
        {open.kind === "readers" && (
          <parts.ReadersDialog
            roomId={roomId}
            propertyId={propertyId}
            message={open.message}
            onClose={close}
          />
        )}
        {open.kind === "members" && (
          <parts.MembersDialog roomId={roomId} propertyId={propertyId} onClose={close} onGone={onGone} />
        )}
        {open.kind === "record" && (
          <parts.RecordDialog
            propertyId={propertyId}
            onClose={close}
            onChosen={(link, linkName) => {
              onDraft({ ...draft, link, linkName });
              close();
            }}
          />
        )}
      </>
    ),
  };
}
