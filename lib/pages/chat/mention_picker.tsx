import { useEffect, useId, useState } from "preact/hooks";
import type { MentionAt } from "@/lib/chat/client/mentions.ts";
import { askPeople, type Person } from "@/lib/pages/chat/chat_rest.ts";
import { Avatar } from "@/lib/ui/avatar.tsx";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import { useLate } from "@/lib/ui/use_late.ts";

export interface Mentions {
  readonly isOpen: boolean;
  readonly people: readonly Person[];
  readonly active: number;
  readonly listId: string;
  readonly activeId: string | undefined;
  /** Takes a key that is meant for the list; answers whether it was. */
  press(event: KeyboardEvent, take: (person: Person | undefined) => void): boolean;
  close(): void;
}

/** The people that a name which is being typed may mean. */
export function useMentions(roomId: string, at: MentionAt | null): Mentions {
  const { rest } = usePageClient();
  const id = useId();
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [active, setActive] = useState(0);
  const [closedAt, closeAt] = useState(-1);
  const query = useLate(at?.query ?? "");
  const isAsked = at !== null && at.from !== closedAt;
  useEffect(() => {
    if (!isAsked) return setPeople([]);
    let isLatest = true;
    void askPeople(rest, roomId, query).then((answer) => {
      if (!isLatest || !answer.ok) return;
      setPeople(answer.value.people);
      setActive(0);
    });
    return () => void (isLatest = false);
  }, [roomId, isAsked, query]);
  const isOpen = isAsked && people.length > 0;
  const optionId = (person: Person | undefined) => person && `${id}-${person.userId}`;
  return {
    isOpen,
    people,
    active,
    listId: id,
    activeId: optionId(people[active]),
    press({ key }, take) {
      if (key === "ArrowDown") setActive((active + 1) % people.length);
      else if (key === "ArrowUp") setActive((active - 1 + people.length) % people.length);
      else if (key === "Enter" || key === "Tab") take(people[active]);
      else if (key === "Escape") closeAt(at!.from);
      else return false;
      return true;
    },
    close: () => at !== null && closeAt(at.from),
  };
}

export function MentionPicker(
  { people, active, listId, take }: Mentions & { take: (person: Person) => void },
) {
  return (
    <ul class="picker-list chat-people-list" id={listId} role="listbox" aria-label="People">
      {people.map((person, at) => (
        <li
          key={person.userId}
          id={`${listId}-${person.userId}`}
          role="option"
          class={at === active ? "picker-active" : undefined}
          aria-selected={at === active}
          // Before the field loses the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            take(person);
          }}
        >
          <Avatar name={person.userName} />
          <bdi>{person.userName}</bdi>
        </li>
      ))}
    </ul>
  );
}
