import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { guestValues } from "@/lib/ocr/guest_values.ts";
import {
  type DocumentDetail,
  type DocumentRest,
  GUESTS_FOUND_MAX,
} from "@/lib/pages/documents/document_rest.ts";
import { statusWords } from "@/lib/pages/guests/status_words.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { sayProblem } from "@/lib/ui/states.tsx";
import { useLate } from "@/lib/ui/use_late.ts";

export interface ChooseGuestProps {
  readonly detail: DocumentDetail;
  readonly documents: DocumentRest;
  readonly onClose: () => void;
  /** null: a new one is to be made. */
  readonly onChoose: (guest: ClientRecord | null) => void;
}

/** Of a search, as the server takes it. */
const QUERY_CHARS_MAX = 100;

type Found = { readonly guests: readonly ClientRecord[] } | { readonly problem: Problem };

/** Whose document it is, where nobody has said so yet: a guest of its property, or a new one. */
export function ChooseGuest({ detail, documents, onClose, onChoose }: ChooseGuestProps) {
  const { may } = useFrame();
  const { fields, documentType, propertyId } = detail;
  const id = useId();
  const name = guestValues(documentType, fields).name;
  const [query, search] = useState((fields.surname?.value ?? name ?? "").slice(0, QUERY_CHARS_MAX));
  const asking = useLate(query.trim());
  const [found, find] = useState<Found | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    let isWanted = true;
    void documents.findGuests(propertyId, asking).then((answer) => {
      if (isWanted) find(answer.ok ? { guests: answer.page.items } : { problem: answer.problem });
    });
    return () => void (isWanted = false);
  }, [asking]);
  const guests = found !== null && "guests" in found ? found.guests : [];
  return (
    <section class="apply" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>Whose document is it?</h3>
      <div>
        <label for={id}>Name, e-mail or phone</label>
        <input
          ref={field}
          id={id}
          class="input"
          dir="auto"
          autocomplete="off"
          maxLength={QUERY_CHARS_MAX}
          value={query}
          onInput={({ currentTarget }) => search(currentTarget.value)}
        />
      </div>
      <p class="muted" role="status">{sayFound(found, asking)}</p>
      {guests.length > 0 && (
        <ul class="document-list" aria-label="Guests found">
          {guests.map((guest) => (
            <li key={guest.id} class="document">
              <Icon name="guest" />
              <button type="button" class="document-open" onClick={() => onChoose(guest)}>
                <bdi class="document-name">{String(guest.name)}</bdi>
                <span class="document-file muted">{stayWords(guest)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <footer class="review-foot">
        <button type="button" class="button" onClick={onClose}>Back</button>
        {may("guest", "create") && name !== undefined && (
          <button
            type="button"
            class="button"
            onClick={() => onChoose(null)}
          >
            <Icon name="plus" />New guest <bdi>{name}</bdi>
          </button>
        )}
      </footer>
    </section>
  );
}

/** What tells people of the same name apart. */
function stayWords({ status, arrivesOn, departsOn, dateOfBirth }: ClientRecord): string {
  const parts = [
    statusWords(status),
    typeof arrivesOn === "string" && `${arrivesOn} to ${departsOn ?? "?"}`,
    typeof dateOfBirth === "string" && `born ${dateOfBirth}`,
  ];
  return parts.filter((part) => part !== false).join(", ");
}

function sayFound(found: Found | null, asked: string): string {
  if (found === null) return "Looking for guests…";
  if ("problem" in found) return `The guests could not be looked through: ${sayProblem(found.problem)}`;
  const { length } = found.guests;
  if (length === 0) return asked === "" ? "There are no guests yet" : "Nobody here has these words";
  if (length === GUESTS_FOUND_MAX) return `The newest ${length}: type more of the name to find others`;
  return length === 1 ? "1 guest found" : `${length} guests found`;
}
