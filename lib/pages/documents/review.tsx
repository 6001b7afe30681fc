import { isTable } from "@/lib/upload/document_types.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { contentPath } from "@/lib/pages/documents/document_rest.ts";
import { Fields } from "@/lib/pages/documents/fields.tsx";
import { Preview } from "@/lib/pages/documents/preview.tsx";
import { ProblemNote } from "@/lib/pages/documents/problem_note.tsx";
import { TableImport } from "@/lib/pages/documents/table_import.tsx";
import { useDetail } from "@/lib/pages/documents/use_detail.ts";
import { documentState, hasFields, isBeingRead, typeWords } from "@/lib/pages/documents/words.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { ProgressBar } from "@/lib/ui/progress_bar.tsx";
import { Failed } from "@/lib/ui/states.tsx";
import { Tag } from "@/lib/ui/tag.tsx";

export interface ReviewProps {
  /** As the list has it now. */
  readonly document: ClientRecord;
  /** null: it is of no guest. */
  readonly guest: ClientRecord | null;
  /** Back to the list it was opened from; left out where there is none. */
  readonly onBack?: () => void;
}

/** One document: its picture, what was read of it, and what is to be done. */
export function Review({ document, guest, onBack }: ReviewProps) {
  const { documents, detail, problem, read } = useDetail(document);
  const { filename, documentType, status, kept, previews } = document;
  const { label, tone } = documentState(document);
  const isReading = isBeingRead(document);
  const hasPicture = Number(previews) > 0;
  return (
    <div class="review">
      <div class="review-head">
        {onBack && (
          <button type="button" class="button button-quiet button-small review-back" onClick={onBack}>
            <Icon name="down" />All documents
          </button>
        )}
        <p class="review-title">
          <strong>{typeWords(documentType)}</strong>
          <bdi class="muted">{String(filename)}</bdi>
        </p>
        <Tag state={String(status)} label={label} tone={tone} />
        {kept === "original" && !isReading && document.problem !== "infected" && (
          <a class="button button-small button-quiet" href={contentPath(document.id)} download>
            <Icon name="download" />Download
          </a>
        )}
      </div>
      {isReading && (
        <p class="review-reading">
          <ProgressBar label={label} percent={null} />
          {label}. This takes a few seconds; the page shows it by itself.
        </p>
      )}
      {problem !== null && detail === null && (
        <Failed
          what="The document could not be loaded"
          problem={problem}
          onRetry={() => void read()}
        />
      )}
      {document.problem != null && !isReading && (
        <ProblemNote
          document={document}
          documents={documents}
          onDone={() => void read()}
        />
      )}
      {/* What was known of it before it was read, is not what it says. */}
      {detail !== null && !isReading && !isBeingRead(detail) && (isTable(documentType)
        ? detail.table && (
          <TableImport detail={detail} table={detail.table} documents={documents} onDone={read} />
        )
        : hasFields(document) && hasFields(detail) && (
          <div class={hasPicture ? "review-sides" : undefined}>
            {hasPicture && <Preview document={document} />}
            <Fields detail={detail} guest={guest} documents={documents} onDone={read} />
          </div>
        ))}
    </div>
  );
}
