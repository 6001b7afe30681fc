import { useState } from "preact/hooks";
import { askCandidates, type Person } from "@/lib/pages/chat/chat_rest.ts";
import { useAsked } from "@/lib/pages/chat/use_asked.ts";
import { Avatar } from "@/lib/ui/avatar.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import { Failed } from "@/lib/ui/states.tsx";

/** Of an organisation with more properties, people of these are offered. */
const PROPERTIES_MAX = 5;

/** People of a property, or of the whole organisation, by name. null: not known yet. */
export function useCandidates(propertyId: number | null) {
  const { rest } = usePageClient();
  const { data: { properties } } = useFrame();
  const houses = propertyId === null ? properties.slice(0, PROPERTIES_MAX).map(({ id }) => id) : [propertyId];
  return useAsked<readonly Person[]>(async () => {
    const answers = await Promise.all(houses.map((id) => askCandidates(rest, `property-${id}`)));
    const failed = answers.find((answer) => !answer.ok);
    if (failed !== undefined && !failed.ok) return failed;
    const people = new Map(
      answers.flatMap((answer) => answer.ok ? answer.value.people : []).map((one) => [one.userId, one]),
    );
    const value = [...people.values()].toSorted((a, b) => a.userName.localeCompare(b.userName));
    return { ok: true, value };
  }, houses.join());
}

export interface PeopleChoiceProps {
  readonly propertyId: number | null;
  /** Who is not offered. */
  readonly without: ReadonlySet<string>;
  readonly chosen: ReadonlySet<string>;
  readonly onToggle: (person: Person) => void;
}

/** Several people to choose from, by a part of their names. */
export function PeopleChoice({ propertyId, without, chosen, onToggle }: PeopleChoiceProps) {
  const [typed, type] = useState("");
  const { value, problem, again } = useCandidates(propertyId);
  const wanted = typed.trim().toLocaleLowerCase();
  const found = (value ?? []).filter(({ userId, userName }) => {
    return !without.has(userId) && userName.toLocaleLowerCase().includes(wanted);
  });
  return (
    <div class="chat-choose">
      <div class="search">
        <Icon name="search" />
        <input
          type="search"
          aria-label="Search people"
          placeholder="Search people"
          value={typed}
          onInput={({ currentTarget }) => type(currentTarget.value)}
          // The form shall not be sent by it.
          onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
        />
      </div>
      {problem !== null && <Failed what="People could not be loaded" problem={problem} onRetry={again} />}
      {value !== null && found.length === 0 && <p class="muted" role="status">Nobody is called that</p>}
      <ul class="places">
        {found.map((person) => (
          <li key={person.userId}>
            <label class="place">
              <input
                type="checkbox"
                checked={chosen.has(person.userId)}
                onChange={() => onToggle(person)}
              />
              <Avatar name={person.userName} />
              <bdi>{person.userName}</bdi>
            </label>
          </li>
        ))}
      </ul>
    </div>
  );
}
