import { useEffect, useState } from "preact/hooks";
import { DocumentLine } from "@/lib/pages/documents/document_line.tsx";
import { OwnReview } from "@/lib/pages/documents/own_review.tsx";
import { PlaceChoice } from "@/lib/pages/documents/place_choice.tsx";
import { UploadArea } from "@/lib/pages/documents/upload_area.tsx";
import { UploadLine } from "@/lib/pages/documents/upload_line.tsx";
import { useSaid } from "@/lib/pages/documents/use_said.ts";
import { useUploads } from "@/lib/pages/documents/use_uploads.ts";
import type { FoundFile } from "@/lib/upload/client/found_files.ts";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { useLookup } from "@/lib/ui/use_lookup.ts";

export interface ScanUploadProps {
  /** What was dropped on the page. */
  readonly files: readonly FoundFile[];
  readonly onClose: () => void;
}

/** Uploads documents of which nobody has said yet whose they are: that is asked once they are read. */
export function ScanUpload({ files, onClose }: ScanUploadProps) {
  const { data: { properties }, propertyId } = useFrame();
  const home = propertyId ?? (properties.length === 1 ? properties[0]!.id : null);
  const [place, setPlace] = useState(home);
  const [held, hold] = useState(files);
  const [openId, open] = useState<number | null>(null);
  const uploads = useUploads();
  // Those of this dialog: what was uploaded before stands in the view of the documents.
  const [before] = useState(() => new Set(uploads.list.map(({ key }) => key)));
  // Nothing is sent to a house that nobody has chosen.
  useEffect(() => {
    if (place === null || held.length === 0) return;
    for (const { file, handle } of held) {
      uploads.add(file, { documentType: null, guestId: null, propertyId: place, handle });
    }
    hold([]);
  }, [place]);
  const own = uploads.list.filter(({ key, guestId }) => guestId === null && !before.has(key));
  const ids = own.map(({ documentId }) => documentId);
  const documentOf = useLookup("document", [], ids);
  const documents = ids.map(documentOf).filter((document) => document !== undefined);
  const waiting = own.filter(({ documentId }) => documentOf(documentId) === undefined);
  const said = useSaid(waiting, documents);
  const opened = documents.find(({ id }) => id === openId);
  return (
    <Dialog title="Upload documents" size="wide" onClose={onClose}>
      <p class="hidden" role="status">{said}</p>
      {opened !== undefined
        ? <OwnReview document={opened} onBack={() => open(null)} />
        : (
          <div class="documents">
            {held.length > 0 && (
              <p>
                {held.length === 1 ? "1 file waits" : `${held.length} files wait`}: choose the property first.
              </p>
            )}
            {home === null && <PlaceChoice place={place} onChange={setPlace} />}
            {waiting.length > 0 && (
              <ul class="upload-list" aria-label="Uploads">
                {waiting.map((upload) => <UploadLine key={upload.key} upload={upload} uploads={uploads} />)}
              </ul>
            )}
            {place !== null && (
              <UploadArea
                uploads={uploads}
                kind="scans"
                guestId={null}
                propertyId={place}
              />
            )}
            {documents.length > 0 && (
              <ul class="document-list" aria-label="Documents">
                {documents.map((document) => (
                  <DocumentLine
                    key={document.id}
                    document={document}
                    onOpen={() => open(document.id)}
                  />
                ))}
              </ul>
            )}
          </div>
        )}
    </Dialog>
  );
}
