import { UploadLine } from "@/lib/pages/documents/upload_line.tsx";
import { useSaid } from "@/lib/pages/documents/use_said.ts";
import { useUploads } from "@/lib/pages/documents/use_uploads.ts";

/** What is being uploaded while no dialog shows it: uploads go on whatever is open. */
export function UploadTray() {
  const uploads = useUploads();
  const shown = uploads.list.filter(({ state }) => state !== "cancelled");
  const said = useSaid(shown, []);
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
