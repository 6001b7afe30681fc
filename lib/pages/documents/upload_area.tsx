import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { DocumentType } from "@/lib/upload/document_types.ts";
import { ACCEPT, ACCEPT_TABLES } from "@/lib/upload/client/file_types.ts";
import { chooseFiles, type FoundFile } from "@/lib/upload/client/found_files.ts";
import type { Uploads } from "@/lib/upload/client/uploads.ts";
import { GUEST_TYPES, TYPE_WORDS } from "@/lib/pages/documents/words.ts";
import { useFileDrop } from "@/lib/pages/documents/use_file_drop.ts";
import { Icon } from "@/lib/ui/icon.tsx";

export interface UploadAreaProps {
  readonly uploads: Uploads;
  readonly kind: "scans" | "list";
  /** null: of a guest list; or nobody has said yet whose document it is. */
  readonly guestId: number | null;
  readonly propertyId: number;
}

/** Where files are dropped, pasted, chosen, or taken with the camera. */
export function UploadArea({ uploads, kind, guestId, propertyId }: UploadAreaProps) {
  const isTable = kind === "list";
  const id = useId();
  const [type, setType] = useState<DocumentType | "">("");
  const picker = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const accept = isTable ? ACCEPT_TABLES : ACCEPT;
  const take = (found: readonly FoundFile[]) => {
    for (const { file, handle } of found) {
      uploads.add(file, { documentType: type === "" ? null : type, guestId, propertyId, handle });
    }
  };
  const isOver = useFileDrop(take);
  const latest = useRef(take);
  latest.current = take;
  useLayoutEffect(() => {
    const paste = ({ clipboardData }: ClipboardEvent) => {
      latest.current([...clipboardData?.files ?? []].map((file) => ({ file, handle: null })));
    };
    addEventListener("paste", paste);
    return () => removeEventListener("paste", paste);
  }, []);
  const chosen = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
    take([...currentTarget.files ?? []].map((file) => ({ file, handle: null })));
    // The same file may be chosen again.
    currentTarget.value = "";
  };
  return (
    <section
      class="upload-area"
      aria-label={isTable ? "Upload a guest list" : "Upload documents"}
      data-over={isOver || undefined}
    >
      {!isTable && (
        <div class="upload-type">
          <label for={id}>What it is</label>
          <span class="input-select">
            <select
              id={id}
              class="input"
              value={type}
              onChange={({ currentTarget }) => setType(currentTarget.value as DocumentType | "")}
            >
              <option value="">Find out by itself</option>
              {GUEST_TYPES.map((type) => <option key={type} value={type}>{TYPE_WORDS[type]}</option>)}
            </select>
            <Icon name="down" />
          </span>
        </div>
      )}
      <div class="upload-ways">
        <button
          type="button"
          class="button button-main"
          onClick={async () => {
            const found = await chooseFiles();
            if (found === "unable") picker.current?.click();
            else take(found);
          }}
        >
          <Icon name="plus" />
          {isTable ? "Choose a guest list" : "Choose files"}
        </button>
        {!isTable && (
          <button
            type="button"
            class="button upload-camera"
            onClick={() => camera.current?.click()}
          >
            Take a photo
          </button>
        )}
        <p class="upload-hint muted">
          {isTable ? "or drop it here. CSV or Excel, up to 100 MB" : (
            <>
              <span class="upload-fine">or drop or paste them here.</span> Up to 100 MB each
            </>
          )}
        </p>
      </div>
      <input
        ref={picker}
        class="hidden"
        type="file"
        data-picker
        multiple={!isTable}
        accept={accept}
        tabIndex={-1}
        aria-label="Files to upload"
        onChange={chosen}
      />
      {!isTable && (
        <input
          ref={camera}
          class="hidden"
          type="file"
          accept="image/*"
          capture="environment"
          tabIndex={-1}
          aria-label="A photo to upload"
          onChange={chosen}
        />
      )}
    </section>
  );
}
