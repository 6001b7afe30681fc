import { useEffect, useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { DocumentLine } from "@/lib/pages/documents/document_line.tsx";
import { Review } from "@/lib/pages/documents/review.tsx";
import { UploadArea } from "@/lib/pages/documents/upload_area.tsx";
import { UploadLine } from "@/lib/pages/documents/upload_line.tsx";
import { useSaid } from "@/lib/pages/documents/use_said.ts";
import { useUploads } from "@/lib/pages/documents/use_uploads.ts";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { Failed } from "@/lib/ui/states.tsx";
import { useRecords } from "@/lib/ui/use_records.ts";

export interface GuestDocumentsProps {
  readonly guest: ClientRecord;
  readonly onClose: () => void;
}

const NOTHING = { items: [], next: null, seq: 0, epoch: "" };

/** The documents of a guest: what is there, what is under way, and a place for more. */
export function GuestDocuments({ guest, onClose }: GuestDocumentsProps) {
  const [openId, open] = useState<number | null>(null);
  const records = useRecords("document", { first: NOTHING, filter: { guestId: String(guest.id) } });
  useEffect(() => void records.reload(), []);
  const uploads = useUploads();
  const documents = records.rows.map(({ record }) => record);
  const known = new Set(documents.map(({ id }) => id));
  const own = uploads.list.filter(({ guestId, documentId }) => {
    return guestId === guest.id && (documentId === null || !known.has(documentId));
  });
  const said = useSaid(own, documents);
  const opened = documents.find(({ id }) => id === openId);
  const isEmpty = documents.length === 0 && own.length === 0;
  return (
    <Dialog title={`Documents of ${guest.name}`} size="wide" onClose={onClose}>
      <p class="hidden" role="status">{said}</p>
      {opened === undefined
        ? (
          // What moves, and the place for more, first: on a phone a long list would hide them.
          <div class="documents">
            {own.length > 0 && (
              <ul class="upload-list" aria-label="Uploads">
                {own.map((upload) => <UploadLine key={upload.key} upload={upload} uploads={uploads} />)}
              </ul>
            )}
            {guest.propertyId !== null && (
              <UploadArea
                uploads={uploads}
                kind="scans"
                guestId={guest.id}
                propertyId={guest.propertyId}
              />
            )}
            {records.state === "failed" && documents.length === 0 && (
              <Failed
                what="The documents could not be loaded"
                problem={records.problem}
                onRetry={() => void records.reload()}
              />
            )}
            {isEmpty && records.state === "ready" && (
              <p class="documents-none muted">
                No documents yet. What a passport, visa or card says is read and can be taken over.
              </p>
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
        )
        : <Review document={opened} guest={guest} onBack={() => open(null)} />}
    </Dialog>
  );
}
