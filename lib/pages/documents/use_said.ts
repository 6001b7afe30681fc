import { useEffect, useRef, useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { ListedState, ListedUpload } from "@/lib/upload/client/uploads_types.ts";
import { documentState, isBeingRead } from "@/lib/pages/documents/words.ts";
import { uploadWords } from "@/lib/pages/documents/upload_words.ts";

/** States that come and go within a moment: nobody wants to hear of each. */
const UNSAID: ReadonlySet<ListedState> = new Set([
  "waiting",
  "hashing",
  "connecting",
  "finishing",
  "checking",
  "cancelling",
]);

/** What has changed, for people who cannot see it: the last states that were reached, never each percent. */
export function useSaid(uploads: readonly ListedUpload[], documents: readonly ClientRecord[]): string {
  const before = useRef<ReadonlyMap<string, string>>(new Map());
  const [said, say] = useState("");
  const now = new Map<string, string>([
    ...uploads.filter(({ state }) => !UNSAID.has(state)).map((upload) => {
      return [upload.key, `${upload.filename}: ${uploadWords(upload)}`] as const;
    }),
    ...documents.filter((document) => !isBeingRead(document)).map((document) => {
      return [`document ${document.id}`, `${document.filename}: ${documentState(document).label}`] as const;
    }),
  ]);
  const isFirst = useRef(true);
  useEffect(() => {
    const news = [...now].filter(([key, words]) => before.current.get(key) !== words);
    before.current = now;
    // What is there when the list opens is read out with it.
    if (!isFirst.current && news.length > 0) say(news.map(([, words]) => words).join(". "));
    isFirst.current = false;
  }, [[...now.values()].join()]);
  return said;
}
