import type { FileHandle } from "@/lib/upload/client/kept_upload.ts";

/** A file of the person's, and what the browser can find it by again. */
export interface FoundFile {
  readonly file: File;
  readonly handle: FileHandle | null;
}

type Item = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileHandle & { kind: string } | null> };
type Picker = (options: { multiple: boolean }) => Promise<readonly FileHandle[]>;

/** The files that were dropped; folders are none. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<readonly FoundFile[]> {
  // All are asked for before anything is awaited: afterwards the drop is over.
  const asked = [...items].filter(({ kind }) => kind === "file").map((item: Item) => ({
    file: item.getAsFile(),
    handle: item.getAsFileSystemHandle?.().catch(() => null),
  }));
  if (asked.length === 0) return [...files].map((file) => ({ file, handle: null }));
  const found = await Promise.all(
    asked.map(async ({ file, handle }) => ({ file, handle: await handle ?? null })),
  );
  return found.flatMap(({ file, handle }) => {
    if (file === null || handle !== null && handle.kind !== "file") return [];
    return [{ file, handle }];
  });
}

/** Lets the person choose files that the browser can find again. "unable": it cannot; an ordinary field will do. */
export async function chooseFiles(): Promise<readonly FoundFile[] | "unable"> {
  const picker = (globalThis as { showOpenFilePicker?: Picker }).showOpenFilePicker;
  if (picker === undefined) return "unable";
  try {
    const handles = await picker.call(globalThis, { multiple: true });
    return await Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), handle })));
  } catch (error) {
    return error instanceof DOMException && error.name === "AbortError" ? [] : "unable";
  }
}
