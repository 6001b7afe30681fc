/**
 * Uploads from a browser, without any framework: several files at once, resumed after whatever happened, with progress
 * that is true. docs/client.md shows how it is used.
 *
 * @module
 */
export { browserUploadsWorld } from "@/lib/upload/client/browser.ts";
export { guessDocumentType, mediaTypeOfFile } from "@/lib/upload/client/file_types.ts";
export { chooseFiles, droppedFiles, type FoundFile } from "@/lib/upload/client/found_files.ts";
export { Uploads, type UploadsOptions } from "@/lib/upload/client/uploads.ts";
export type { AddOptions, ListedState, ListedUpload } from "@/lib/upload/client/uploads_types.ts";
