import type { FieldName } from "@/lib/ocr/reading.ts";
import type { DocumentDetail } from "@/lib/pages/documents/document_rest.ts";
import { FIELD_WORDS } from "@/lib/pages/documents/words.ts";
import { When } from "@/lib/ui/figures.tsx";

/** Who put what right. */
export function CorrectionList({ detail: { corrections = [], propertyId } }: { detail: DocumentDetail }) {
  if (corrections.length === 0) return null;
  return (
    <details class="corrections">
      <summary>{corrections.length === 1 ? "1 correction" : `${corrections.length} corrections`}</summary>
      <ul>
        {corrections.map(({ field, before, after, correctedBy, correctedAt }) => (
          <li key={`${field} ${correctedAt}`}>
            {FIELD_WORDS[field as FieldName] ?? field}: {before ? <del dir="auto">{before}</del> : "nothing"}
            {" "}
            became <bdi>{after}</bdi>{" "}
            <span class="muted">
              by <bdi>{correctedBy}</bdi>,{" "}
            </span>
            <When at={correctedAt} propertyId={propertyId} />
          </li>
        ))}
      </ul>
    </details>
  );
}
