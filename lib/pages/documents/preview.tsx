import { useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { previewPath } from "@/lib/pages/documents/document_rest.ts";

/** The pictures of a document's pages. */
export function Preview({ document: { id, version, previews, kept } }: { document: ClientRecord }) {
  const [turned, turn] = useState(1);
  const [broken, breakIt] = useState<string | null>(null);
  const pages = Number(previews);
  // Read again, it may have fewer.
  const page = Math.min(turned, pages);
  const path = previewPath(id, page, version);
  return (
    <figure class="preview">
      {broken === path
        ? <p class="muted">The picture could not be loaded.</p>
        : (
          <a href={path} target="_blank" rel="noopener" aria-label={`Page ${page} in a tab of its own`}>
            <img src={path} alt={`Page ${page} of the document`} onError={() => breakIt(path)} />
          </a>
        )}
      <figcaption class="preview-foot muted">
        {pages > 1 && (
          <span class="preview-pages">
            <button
              type="button"
              class="button button-small"
              disabled={page === 1}
              onClick={() => turn(page - 1)}
            >
              Before
            </button>
            <span class="figure">{page} of {pages}</span>
            <button
              type="button"
              class="button button-small"
              disabled={page === pages}
              onClick={() => turn(page + 1)}
            >
              Next
            </button>
          </span>
        )}
        {kept === "masked" && "The number is hidden, and the file itself is not kept."}
      </figcaption>
    </figure>
  );
}
