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
  const [known, setKnown] = useState<readonly Person[]>([]);
  const [chosen, setActive] = useState(0);
  const [closedAt, closeAt] = useState(-1);
  const query = useLate(at?.query ?? "");
  const isAsked = at !== null && at.from !== closedAt;
  useEffect(() => {
    if (!isAsked) return setKnown([]);
    let isLatest = true;
    void askPeople(rest, roomId, query).then((answer) => {
      if (!isLatest || !answer.ok) return;
      setKnown(answer.value.people);
      setActive(0);
    });
    return () => void (isLatest = false);
  }, [roomId, isAsked, query]);
  // What was answered to fewer letters: whoever does not fit any more must not be taken for who is meant.
  const people = known.filter((person) => fits(person, at?.query ?? ""));
  const active = Math.min(chosen, people.length - 1);
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

function fits({ userId, userName }: Person, query: string): boolean {
  const wanted = query.toLocaleLowerCase();
  return [userId, userName].some((text) => text.toLocaleLowerCase().includes(wanted));
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
