import type { ChatLink, LinkEntity } from "@/lib/chat/message.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { capital, spaced } from "@/lib/live/words.ts";
import { linkWords } from "@/lib/pages/chat/chat_words.ts";
import type { Linked } from "@/lib/pages/chat/use_links.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import type { IconName } from "@/lib/ui/icons.ts";
import { hrefOf } from "@/lib/ui/pages.ts";
import { Tag } from "@/lib/ui/tag.tsx";

const ICONS: Readonly<Record<LinkEntity, IconName>> = {
  task: "tasks",
  guest: "guest",
  room: "properties",
  document: "reports",
};

/** A record that a message points to, as it is now; a click leads to its page. */
export function LinkCard({ link, linked }: { link: ChatLink; linked: Linked }) {
  const { propertyId } = useFrame();
  const { entity } = link;
  const kind = linkWords(link);
  if (linked === null) {
    return (
      <p class="chat-card chat-card-none">
        <Icon name={ICONS[entity]} />
        <span>{kind}: not there any more, or not for you to see</span>
      </p>
    );
  }
  if (linked === undefined) {
    return (
      <p class="chat-card" aria-busy="true">
        <Icon name={ICONS[entity]} />
        <span class="chat-card-words">
          <span class="chat-card-kind">{kind}</span>
          <span class="muted">One moment…</span>
        </span>
      </p>
    );
  }
  const state = stateOf(linked);
  return (
    <a class="chat-card" href={placeOf(entity, linked, propertyId)}>
      <Icon name={ICONS[entity]} />
      <span class="chat-card-words">
        <span class="chat-card-kind">{kind}</span>
        <bdi class="chat-card-title">{recordTitle(entity, linked)}</bdi>
      </span>
      {state !== "" && <Tag state={state} label={capital(spaced(state))} />}
    </a>
  );
}

/** What a record is called. */
export function recordTitle(entity: LinkEntity, record: ClientRecord): string {
  switch (entity) {
    case "task":
      return String(record.title);
    case "guest":
      return String(record.name);
    case "room":
      return `Room ${record.number}`;
    case "document":
      return String(record.filename);
  }
}

function stateOf(record: ClientRecord): string {
  const { status: state } = record;
  return typeof state === "string" ? state : "";
}

/** Where the record is to be found. What is shown there is narrowed as this page is. */
function placeOf(entity: LinkEntity, record: ClientRecord, propertyId: number | null): string {
  switch (entity) {
    case "task":
      return hrefOf("/tasks", propertyId, { column: String(record.status) });
    case "room":
      return hrefOf("/rooms", propertyId);
    case "guest":
    case "document":
      return hrefOf("/guests", propertyId, { view: "all" });
  }
}
