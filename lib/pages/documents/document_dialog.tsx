import type { ClientRecord } from "@/lib/client/collection.ts";
import { Review } from "@/lib/pages/documents/review.tsx";
import { useGuestOf } from "@/lib/pages/documents/own_review.tsx";
import { useSaid } from "@/lib/pages/documents/use_said.ts";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { useLookup } from "@/lib/ui/use_lookup.ts";

/** One document by itself, as the list of all documents opens it. */
export function DocumentDialog({ document, onClose }: { document: ClientRecord; onClose: () => void }) {
  const current = useLookup("document", [], [document.id])(document.id) ?? document;
  const guest = useGuestOf(current);
  const said = useSaid([], [current]);
  return (
    <Dialog title={guest ? `Document of ${guest.name}` : "Document"} size="wide" onClose={onClose}>
      <p class="hidden" role="status">{said}</p>
      <Review document={current} guest={guest} />
    </Dialog>
  );
}
