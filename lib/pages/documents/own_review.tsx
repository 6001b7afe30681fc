import type { ClientRecord } from "@/lib/client/collection.ts";
import { Review } from "@/lib/pages/documents/review.tsx";
import { useLookup } from "@/lib/ui/use_lookup.ts";

/** The guest that a document is of, as far as it is of one. */
export function useGuestOf({ guestId }: ClientRecord): ClientRecord | null {
  const id = typeof guestId === "number" ? guestId : null;
  return useLookup("guest", [], [id])(id) ?? null;
}

/** The review of a document that was not opened from its guest. */
export function OwnReview({ document, onBack }: { document: ClientRecord; onBack?: () => void }) {
  return <Review document={document} guest={useGuestOf(document)} {...(onBack && { onBack })} />;
}
