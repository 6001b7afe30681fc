import { useEffect, useState } from "preact/hooks";
import { OwnReview } from "@/lib/pages/documents/own_review.tsx";
import { PlaceChoice } from "@/lib/pages/documents/place_choice.tsx";
import { UploadArea } from "@/lib/pages/documents/upload_area.tsx";
import { UploadLine } from "@/lib/pages/documents/upload_line.tsx";
import { useSaid } from "@/lib/pages/documents/use_said.ts";
import { useUploads } from "@/lib/pages/documents/use_uploads.ts";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { useLookup } from "@/lib/ui/use_lookup.ts";

/** Uploads a guest list and shows its rows to be confirmed. */
export function ListUpload({ onClose }: { onClose: () => void }) {
  const { data: { properties }, propertyId } = useFrame();
  const [place, setPlace] = useState(propertyId ?? (properties.length === 1 ? properties[0]!.id : null));
  const uploads = useUploads();
  // Those of this dialog: what was uploaded before stands in the view of the documents.
  const [before] = useState(() => new Set(uploads.list.map(({ key }) => key)));
  const own = uploads.list.filter(({ key, guestId }) => guestId === null && !before.has(key));
  const documentId = own.findLast(({ documentId }) => documentId !== null)?.documentId ?? null;
  const document = useLookup("document", [], [documentId])(documentId);
  const said = useSaid(own, document ? [document] : []);
  const hasChoice = propertyId === null && properties.length > 1;
  const waiting = own.filter(({ state }) => state !== "complete");
  useEffect(() => {
    if (propertyId !== null) setPlace(propertyId);
  }, [propertyId]);
  return (
    <Dialog title="Upload a guest list" size="wide" onClose={onClose}>
      <p class="hidden" role="status">{said}</p>
      <div class="documents">
        {document === undefined && hasChoice && <PlaceChoice place={place} onChange={setPlace} />}
        {waiting.length > 0 && (
          <ul class="upload-list" aria-label="Uploads">
            {waiting.map((upload) => <UploadLine key={upload.key} upload={upload} uploads={uploads} />)}
          </ul>
        )}
        {document === undefined
          ? place !== null && <UploadArea uploads={uploads} kind="list" guestId={null} propertyId={place} />
          : <OwnReview document={document} />}
      </div>
    </Dialog>
  );
}
