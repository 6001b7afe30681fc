import { useState } from "preact/hooks";
import type { ChatLink } from "@/lib/chat/message.ts";
import type { RestAnswer } from "@/lib/client/rest.ts";
import type { RecordPage } from "@/lib/client/collection.ts";
import { capital, spaced } from "@/lib/live/words.ts";
import { recordTitle } from "@/lib/pages/chat/link_card.tsx";
import { useAsked } from "@/lib/pages/chat/use_asked.ts";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import { placeOfEntity } from "@/lib/ui/records.ts";
import { Failed } from "@/lib/ui/states.tsx";
import { Tag } from "@/lib/ui/tag.tsx";
import { useLate } from "@/lib/ui/use_late.ts";

const SHOWN_MAX = 12;
const KINDS = [["task", "Task"], ["guest", "Guest"], ["room", "Room"]] as const;
type Kind = typeof KINDS[number][0];

export interface RecordDialogProps {
  /** Of the room; null: of the whole organisation. */
  readonly propertyId: number | null;
  readonly onChosen: (link: ChatLink, name: string) => void;
  readonly onClose: () => void;
}

/** Chooses the task, guest or hotel room that a message is about. */
export function RecordDialog({ propertyId, onChosen, onClose }: RecordDialogProps) {
  const { rest } = usePageClient();
  const { data: { services } } = useFrame();
  const kinds = KINDS.filter(([kind]) => services.includes(placeOfEntity(kind).service));
  const [kind, setKind] = useState<Kind>(kinds[0]?.[0] ?? "task");
  const [typed, type] = useState("");
  const q = useLate(typed).trim();
  const { value, problem, again } = useAsked(() => list(), `${kind} ${q}`);
  async function list(): Promise<RestAnswer<{ value: RecordPage }>> {
    const answer = await rest.list(placeOfEntity(kind).path, {
      limit: String(SHOWN_MAX),
      ...(q !== "" && { q }),
      ...(propertyId !== null && { propertyId: String(propertyId) }),
    });
    return answer.ok ? { ok: true, value: answer.page } : answer;
  }
  return (
    <Dialog title="Attach" onClose={onClose}>
      <div class="dialog-body chat-records">
        <div class="choices" role="group" aria-label="What it is">
          {kinds.map(([name, label]) => (
            <button
              key={name}
              type="button"
              class="choice"
              aria-current={name === kind ? "true" : undefined}
              onClick={() => setKind(name)}
            >
              {label}
            </button>
          ))}
        </div>
        <div class="search">
          <Icon name="search" />
          <input
            type="search"
            autofocus
            aria-label="Search"
            placeholder="Search"
            value={typed}
            onInput={({ currentTarget }) => type(currentTarget.value)}
          />
        </div>
        {problem !== null && <Failed what="This could not be loaded" problem={problem} onRetry={again} />}
        {value?.items.length === 0 && <p class="muted" role="status">Nothing is called that</p>}
        <ul>
          {value?.items.map((record) => {
            const title = recordTitle(kind, record);
            return (
              <li key={record.id}>
                <button
                  type="button"
                  class="chat-record"
                  onClick={() => onChosen({ entity: kind, id: record.id }, title)}
                >
                  <bdi>{title}</bdi>
                  {typeof record.status === "string" && (
                    <Tag state={record.status} label={capital(spaced(record.status))} />
                  )}
                </button>
              </li>
            );
          })}
        </ul>
      </div>
    </Dialog>
  );
}
