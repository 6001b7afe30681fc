import type { ClientRecord } from "@/lib/client/collection.ts";
import { documentState, typeWords } from "@/lib/pages/documents/words.ts";
import { When } from "@/lib/ui/figures.tsx";
import { Icon } from "@/lib/ui/icon.tsx";
import { Tag } from "@/lib/ui/tag.tsx";

export interface DocumentLineProps {
  readonly document: ClientRecord;
  readonly onOpen: () => void;
}

/** One document of a guest, with where it is. */
export function DocumentLine({ document, onOpen }: DocumentLineProps) {
  const { filename, documentType, createdAt, propertyId, status } = document;
  const { label, tone } = documentState(document);
  const asks = status === "needs_review" || status === "failed";
  return (
    <li class="document" data-document={document.id} data-status={String(status)}>
      <Icon name="reports" />
      <button type="button" class="document-open" onClick={onOpen}>
        <bdi class="document-name">{typeWords(documentType)}</bdi>
        <span class="document-file muted">
          <bdi>{String(filename)}</bdi>
          <When at={String(createdAt)} propertyId={propertyId} />
        </span>
      </button>
      <Tag state={String(status)} label={label} tone={tone} />
      {asks && <span class="button button-small document-look" aria-hidden="true">Look</span>}
    </li>
  );
}
