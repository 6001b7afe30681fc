import { useEffect, useRef } from "preact/hooks";
import { UploadLine } from "@/lib/pages/documents/upload_line.tsx";
import { useUploads } from "@/lib/pages/documents/use_uploads.ts";
import type { FoundFile } from "@/lib/upload/client/found_files.ts";

export interface FileSendingProps {
  /** What was chosen or dropped, and is to be uploaded. */
  readonly files: readonly FoundFile[];
  readonly onTaken: () => void;
  readonly propertyId: number;
  /** Says it in the room. */
  readonly send: (documentId: number) => boolean;
}

/** Files on their way into a room: each is said there once it has arrived. */
export function FileSending({ files, onTaken, propertyId, send }: FileSendingProps) {
  const uploads = useUploads();
  /** Those of this room. */
  const own = useRef(new Set<string>()).current;
  useEffect(() => {
    if (files.length === 0) return;
    for (const { file, handle } of files) {
      own.add(uploads.add(file, { documentType: null, guestId: null, propertyId, handle }));
    }
    onTaken();
  }, [files]);
  const list = uploads.list.filter(({ key }) => own.has(key));
  useEffect(() => {
    for (const { key, documentId, state } of list) {
      if (state !== "complete" || documentId === null || !send(documentId)) continue;
      own.delete(key);
      uploads.dismiss(key);
    }
  });
  if (list.length === 0) return null;
  return (
    <ul class="upload-list chat-uploads" aria-label="Files being sent">
      {list.map((upload) => <UploadLine key={upload.key} upload={upload} uploads={uploads} />)}
    </ul>
  );
}
