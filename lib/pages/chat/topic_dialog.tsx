import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ROOM_NAME_CHARS_MAX } from "@/lib/chat/limits.ts";
import { createTopic } from "@/lib/pages/chat/chat_rest.ts";
import { PeopleChoice } from "@/lib/pages/chat/people_choice.tsx";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import { sayProblem } from "@/lib/ui/states.tsx";

export interface TopicDialogProps {
  readonly onClose: () => void;
  readonly onMade: (roomId: string) => void;
}

/** Begins a topic: what it is called, where it belongs, and who is in it. */
export function TopicDialog({ onClose, onMade }: TopicDialogProps) {
  const { rest } = usePageClient();
  const { data: { properties, reach, userId }, propertyId: shown } = useFrame();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [name, setName] = useState("");
  const mayBeOfAll = reach === "*";
  const [propertyId, setProperty] = useState<number | null>(
    shown ?? (mayBeOfAll ? null : properties[0]?.id ?? null),
  );
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [failure, setFailure] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  useEffect(() => field.current?.focus(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isSaving) return;
    if (name.trim() === "") {
      setFailure("A topic needs a name");
      return field.current?.focus();
    }
    setSaving(true);
    const answer = await createTopic(rest, { name: name.trim(), propertyId, members: [...chosen] });
    setSaving(false);
    if (answer.ok) onMade(answer.value.roomId);
    else setFailure(sayProblem(answer.problem));
  };
  return (
    <Dialog title="New topic" onClose={onClose}>
      <form class="form" noValidate onSubmit={submit}>
        {failure !== null && <p class="form-failure" role="alert">{failure}</p>}
        <div class="form-fields">
          <div class="field">
            <label for={`${id}-name`}>Name</label>
            <input
              ref={field}
              id={`${id}-name`}
              class="input"
              dir="auto"
              autocomplete="off"
              maxLength={ROOM_NAME_CHARS_MAX}
              placeholder="Night handover"
              value={name}
              onInput={({ currentTarget }) => {
                setName(currentTarget.value);
                setFailure(null);
              }}
            />
            <p class="field-hint" />
          </div>
          <div class="field">
            <label for={`${id}-place`}>Where it belongs</label>
            <span class="input-select">
              <select
                id={`${id}-place`}
                class="input"
                value={String(propertyId ?? "")}
                onChange={({ currentTarget }) => {
                  setProperty(Number(currentTarget.value) || null);
                  setChosen(new Set());
                }}
              >
                {mayBeOfAll && <option value="">The whole organisation</option>}
                {properties.map(({ id, name }) => <option key={id} value={String(id)}>{name}</option>)}
              </select>
              <Icon name="down" />
            </span>
            <p class="field-hint" />
          </div>
          <fieldset class="field">
            <legend>Who is in it</legend>
            <PeopleChoice
              propertyId={propertyId}
              without={new Set([userId])}
              chosen={chosen}
              onToggle={({ userId }) => {
                const next = new Set(chosen);
                if (!next.delete(userId)) next.add(userId);
                setChosen(next);
              }}
            />
          </fieldset>
        </div>
        <footer class="form-foot">
          <span class="muted">{chosen.size === 0 ? "Only you so far" : `You and ${chosen.size} more`}</span>
          <span class="form-space" />
          <button type="button" class="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="button button-main" disabled={isSaving}>
            {isSaving ? "One moment…" : "Begin"}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
