import type { ChatMessage } from "@/lib/chat/message.ts";
import { askReaders } from "@/lib/pages/chat/chat_rest.ts";
import { useAsked } from "@/lib/pages/chat/use_asked.ts";
import { Avatar } from "@/lib/ui/avatar.tsx";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { When } from "@/lib/ui/figures.tsx";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import { Failed } from "@/lib/ui/states.tsx";

export interface ReadersDialogProps {
  readonly roomId: string;
  readonly propertyId: number | null;
  readonly message: ChatMessage;
  readonly onClose: () => void;
}

/** Who has read a message, and when. */
export function ReadersDialog({ roomId, propertyId, message, onClose }: ReadersDialogProps) {
  const { rest } = usePageClient();
  const { value, problem, again } = useAsked(() => askReaders(rest, roomId, message.id), String(message.id));
  const readers = value?.readers.filter(({ userId }) => userId !== message.userId) ?? null;
  return (
    <Dialog title="Who has read it" onClose={onClose}>
      <div class="dialog-body">
        {problem !== null && <Failed what="This could not be loaded" problem={problem} onRetry={again} />}
        {problem === null && readers === null && <p class="muted" role="status">One moment…</p>}
        {readers?.length === 0 && <p class="muted">Nobody else has read it yet.</p>}
        <ul class="chat-people-all">
          {readers?.map(({ userId, userName, readAt }) => (
            <li key={userId} class="chat-person">
              <Avatar name={userName} />
              <bdi>{userName}</bdi>
              <span class="muted">
                <When at={readAt} propertyId={propertyId} />
              </span>
            </li>
          ))}
        </ul>
        {value !== null && value.next !== null && <p class="muted">and more</p>}
      </div>
    </Dialog>
  );
}
