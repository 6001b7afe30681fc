import { useEffect, useMemo, useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { type DocumentDetail, DocumentRest } from "@/lib/pages/documents/document_rest.ts";
import { usePageClient } from "@/lib/ui/realtime.tsx";

/** What came of asking for something: null where it worked. */
export type Outcome = Problem | null;

/** A document with all that is known of it, read again whenever its record changes. */
export function useDetail(document: ClientRecord) {
  const { rest } = usePageClient();
  const documents = useMemo(() => new DocumentRest(rest), []);
  const [detail, set] = useState<DocumentDetail | null>(null);
  const [problem, fail] = useState<Problem | null>(null);
  const read = async () => {
    const answer = await documents.read(document.id);
    fail(answer.ok ? null : answer.problem);
    // An answer that was overtaken by a newer one says nothing any more.
    if (answer.ok) {
      set((now) => now !== null && now.version > answer.document.version ? now : answer.document);
    }
  };
  useEffect(() => void read(), [document.id, document.version]);
  return { documents, detail, problem, read };
}
