import type { UploadFacts, UploadStatus } from "@/lib/upload/client/upload_types.ts";

/** The first frame; with `uploadId` it goes on with what was begun before. */
export function handshakeText(
  facts: UploadFacts,
  { uploadId, sha256 }: Pick<UploadStatus, "uploadId" | "sha256">,
): string {
  const { guestId, ...rest } = facts;
  return JSON.stringify({
    ...rest,
    ...(guestId !== null && { guestId }),
    ...(sha256 !== null && { sha256 }),
    encoding: "binary",
    ...(uploadId !== null && { uploadId }),
  });
}
