import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { useFileDrop } from "@/lib/pages/documents/use_file_drop.ts";
import type { FoundFile } from "@/lib/upload/client/found_files.ts";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { useStable } from "@/lib/ui/use_stable.ts";
import { hasKeptUploads } from "@/lib/upload/client/kept_mark.ts";

type Widget = typeof import("@/lib/pages/documents/widget.tsx");
type Open =
  | { readonly kind: "guest"; readonly guest: ClientRecord }
  | { readonly kind: "document"; readonly document: ClientRecord }
  | { readonly kind: "list" }
  | { readonly kind: "scans"; readonly files: readonly FoundFile[] };

export interface DocumentsDoor {
  /** The documents of a guest. */
  openGuest(guest: ClientRecord): void;
  openDocument(document: ClientRecord): void;
  /** The upload of a guest list. */
  openList(): void;
  /** The upload of documents of which nobody has said yet whose they are. */
  openScans(): void;
  /** The dialog while one is open, and what is being uploaded: to be rendered. */
  readonly door: VNode;
}

/** The way to documents and uploads, whose script is loaded when somebody goes there, or left something unfinished. */
export function useDocumentsDoor(): DocumentsDoor {
  const [open, setOpen] = useState<Open | null>(null);
  const [widget, setWidget] = useState<Widget | null>(null);
  const [hasFailed, fail] = useState(false);
  const load = () => {
    fail(false);
    import("@/lib/pages/documents/widget.tsx").then(setWidget, () => fail(true));
  };
  const show = (next: Open) => {
    setOpen(next);
    if (widget === null) load();
  };
  useEffect(() => {
    if (hasKeptUploads()) load();
  }, []);
  const close = () => setOpen(null);
  useFileDrop((files) => {
    // A dialog takes what is meant for it.
    if (document.querySelector("dialog[open]") === null) show({ kind: "scans", files });
  });
  const acts = useStable({
    openGuest: (guest: ClientRecord) => show({ kind: "guest", guest }),
    openDocument: (document: ClientRecord) => show({ kind: "document", document }),
    openList: () => show({ kind: "list" }),
    openScans: () => show({ kind: "scans", files: [] }),
  });
  const door = widget === null
    ? <>{open !== null && <Loading hasFailed={hasFailed} onRetry={load} onClose={close} />}</>
    : <>{open === null ? <widget.UploadTray /> : opened(widget, open, close)}</>;
  return { ...acts, door };
}

function opened(
  { GuestDocuments, DocumentDialog, ListUpload, ScanUpload }: Widget,
  open: Open,
  onClose: () => void,
) {
  switch (open.kind) {
    case "guest":
      return <GuestDocuments guest={open.guest} onClose={onClose} />;
    case "document":
      return <DocumentDialog document={open.document} onClose={onClose} />;
    case "list":
      return <ListUpload onClose={onClose} />;
    case "scans":
      return <ScanUpload files={open.files} onClose={onClose} />;
  }
}

function Loading(
  { hasFailed, onRetry, onClose }: { hasFailed: boolean; onRetry: () => void; onClose: () => void },
) {
  return (
    <Dialog title="Documents" size="wide" onClose={onClose}>
      <div class="dialog-body" role="status">
        {hasFailed
          ? (
            <>
              <p>This part of the page could not be loaded.</p>
              <button type="button" class="button" onClick={onRetry}>Try again</button>
            </>
          )
          : <p class="muted">One moment…</p>}
      </div>
    </Dialog>
  );
}
