import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { droppedFiles, type FoundFile } from "@/lib/upload/client/found_files.ts";

/**
 * Takes the files that are dropped anywhere on the page: beside the place that is meant for them the browser would leave
 * the page for the file, and with it whatever is being uploaded. Answers whether files hover over the page.
 */
export function useFileDrop(take: (files: readonly FoundFile[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  // With what is shown, not after it: on a busy machine a file may be dropped before an effect has run.
  useLayoutEffect(() => {
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    // Left for another part of the page, it is still over it.
    const left = ({ relatedTarget }: DragEvent) => relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      void droppedFiles(event.dataTransfer!).then((files) => files.length > 0 && latest.current(files));
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", left);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", left);
      removeEventListener("drop", drop);
    };
  }, []);
  return isOver;
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false;
}
