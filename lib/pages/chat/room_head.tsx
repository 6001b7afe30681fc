import type { ConversationView } from "@/lib/chat/client/chat_types.ts";
import type { Present } from "@/lib/chat/message.ts";
import { presenceWords } from "@/lib/pages/chat/chat_words.ts";
import { Avatar } from "@/lib/ui/avatar.tsx";
import { Icon } from "@/lib/ui/icon.tsx";

const PEOPLE_ID = "chat-people";
const AVATARS_MAX = 4;
/** More people than these are counted, not named. */
const NAMED_MAX = 200;
const ORDER: readonly Present["status"][] = ["online", "away", "unknown"];

export interface RoomHeadProps {
  readonly view: ConversationView;
  readonly backHref: string;
  readonly onBack: () => void;
  readonly isSearching: boolean;
  readonly onSearch: () => void;
  /** Of a topic: who is in it. */
  readonly onMembers: (() => void) | undefined;
}

/** The room one is in: its name, who is there, and what can be done about it. */
export function RoomHead({ view, backHref, onBack, isSearching, onSearch, onMembers }: RoomHeadProps) {
  const { name, present, state } = view;
  const people = present.toSorted((a, b) =>
    ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || a.userName.localeCompare(b.userName)
  );
  return (
    <header class="chat-head">
      <a
        class="icon-button chat-back"
        href={backHref}
        aria-label="Back to the rooms"
        onClick={(event) => {
          event.preventDefault();
          onBack();
        }}
      >
        <Icon name="left" />
      </a>
      <h2 class="chat-head-name" dir="auto">{name === "" ? "One moment…" : name}</h2>
      <span class="chat-head-space" />
      {state !== "gone" && (
        <>
          <button
            type="button"
            class="chat-present"
            popovertarget={PEOPLE_ID}
          >
            <span class="chat-faces" aria-hidden="true">
              {people.slice(0, AVATARS_MAX).map((person) => <Face key={person.userId} person={person} />)}
            </span>
            <span class="figure">
              {present.length}
              <span class="hidden">here now: show them</span>
            </span>
          </button>
          <div class="popover chat-people" id={PEOPLE_ID} popover="auto">
            <p class="popover-title">
              {present.length === 1 ? "1 person here" : `${present.length} people here`}
            </p>
            <ul>
              {people.slice(0, NAMED_MAX).map((person) => (
                <li key={person.userId} class="chat-person">
                  <Face person={person} />
                  <bdi>{person.userName}</bdi>
                  <span class="muted">{presenceWords(person.status)}</span>
                </li>
              ))}
            </ul>
            {people.length > NAMED_MAX && <p class="muted">and {people.length - NAMED_MAX} more</p>}
          </div>
          {onMembers && (
            <button
              type="button"
              class="icon-button"
              aria-label="Members"
              title="Members"
              onClick={onMembers}
            >
              <Icon name="staff" />
            </button>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label="Search in this room"
            title="Search in this room"
            aria-expanded={isSearching}
            onClick={onSearch}
          >
            <Icon name="search" />
          </button>
        </>
      )}
    </header>
  );
}

/** Somebody's initials with a mark of how they are there. */
export function Face({ person: { userName, status } }: { person: Present }) {
  return (
    <span class={`chat-face chat-face-${status}`}>
      <Avatar name={userName} />
    </span>
  );
}
