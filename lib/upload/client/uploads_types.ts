import type { DocumentType } from "@/lib/upload/document_types.ts";
import type { FileHandle, KeptUploads } from "@/lib/upload/client/kept_upload.ts";
import type { UploadWorld } from "@/lib/upload/client/upload.ts";
import type { UploadFailure, UploadState } from "@/lib/upload/client/upload_types.ts";

/** What is wrong with a file before anything of it is sent. */
export type Refusal = "type_unsupported" | "too_large" | "empty";

/**
 * Where an upload of the list is: besides the states of one that runs, `refused`: it was never begun; `needs_file`: begun
 * by an earlier page, to which the person must give the file again; `needs_permission`: likewise, where the browser has
 * the file and asks the person; `checking`: whether the file that was given is the same.
 */
export type ListedState = UploadState | "refused" | "needs_file" | "needs_permission" | "checking";

/** An upload as a list shows it. */
export interface ListedUpload {
  readonly key: string;
  readonly filename: string;
  readonly filesize: number;
  readonly documentType: DocumentType;
  readonly guestId: number | null;
  readonly propertyId: number;
  readonly state: ListedState;
  /** Bytes that the server has acknowledged. */
  readonly received: number;
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
  /** When the next attempt is due, Unix milliseconds. */
  readonly retryAt: number | null;
  readonly documentId: number | null;
  readonly failure: UploadFailure | null;
  readonly refusal: Refusal | null;
  /** The file that was given to go on with is another one. */
  readonly isOther: boolean;
}

export interface AddOptions {
  /** null: guessed by the name. */
  readonly documentType: DocumentType | null;
  readonly guestId: number | null;
  readonly propertyId: number;
  readonly handle?: FileHandle | null;
}

export interface UploadsWorld extends UploadWorld {
  readonly kept: KeptUploads;
  readonly random: () => number;
  readonly newId: () => string;
  readonly isOnline: () => boolean;
  readonly watchOnline: (listener: (isOnline: boolean) => void) => () => void;
  /**
   * Takes a lock of this name; what it resolves to gives it back. "held": another tab has it. "none": this browser has no
   * locks here.
   */
  readonly lock: (name: string) => Promise<(() => void) | "held" | "none">;
  /** While `isNeeded`, the browser asks before the page is left. */
  readonly guardLeaving: (isNeeded: () => boolean) => () => void;
}
