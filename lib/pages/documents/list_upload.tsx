import { useEffect, useState } from "preact/hooks";
import { Review } from "@/lib/pages/documents/review.tsx";
import { UploadArea } from "@/lib/pages/documents/upload_area.tsx";
import { UploadLine } from "@/lib/pages/documents/upload_line.tsx";
import { useSaid } from "@/lib/pages/documents/use_said.ts";
import { useUploads } from "@/lib/pages/documents/use_uploads.ts";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { useLookup } from "@/lib/ui/use_lookup.ts";

/** Uploads a guest list and shows its rows to be confirmed. */
export function ListUpload({ onClose }: { onClose: () => void }) {
  const { data: { properties }, propertyId } = useFrame();
  const [place, setPlace] = useState(propertyId ?? properties[0]?.id ?? null);
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
        {document === undefined && hasChoice && (
          <div class="upload-type">
            <label for="list-property">Property</label>
            <span class="input-select">
              <select
                id="list-property"
                class="input"
                value={String(place)}
                onChange={({ currentTarget }) => setPlace(Number(currentTarget.value))}
              >
                {properties.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
              </select>
              <Icon name="down" />
            </span>
          </div>
        )}
        {waiting.length > 0 && (
          <ul class="upload-list" aria-label="Uploads">
            {waiting.map((upload) => <UploadLine key={upload.key} upload={upload} uploads={uploads} />)}
          </ul>
        )}
        {document === undefined
          ? place !== null && <UploadArea uploads={uploads} guestId={null} propertyId={place} />
          : <Review document={document} guest={null} />}
      </div>
    </Dialog>
  );
}
