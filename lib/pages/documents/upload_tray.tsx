import { useEffect } from "preact/hooks";
import { after } from "@/lib/client/browser.ts";
import { UploadLine } from "@/lib/pages/documents/upload_line.tsx";
import { useSaid } from "@/lib/pages/documents/use_said.ts";
import { useUploads } from "@/lib/pages/documents/use_uploads.ts";

/** What is done is news for so long; the document is found where it belongs. */
const DONE_SHOWN_MS = 8_000;

/** What is being uploaded while no dialog shows it: uploads go on whatever is open. */
export function UploadTray() {
  const uploads = useUploads();
  const shown = uploads.list.filter(({ state }) => state !== "cancelled");
  const said = useSaid(shown, []);
  const done = shown.filter(({ state }) => state === "complete").map(({ key }) => key).join();
  useEffect(() => {
    const keys = done === "" ? [] : done.split(",");
    return after(DONE_SHOWN_MS, () => keys.forEach((key) => uploads.dismiss(key)));
  }, [done]);
  return (
    <>
      <p class="hidden" role="status">{said}</p>
      {shown.length > 0 && (
        <section class="card upload-tray" aria-label="Uploads">
          <ul class="upload-list">
            {shown.map((upload) => <UploadLine key={upload.key} upload={upload} uploads={uploads} />)}
          </ul>
        </section>
      )}
    </>
  );
}
