import type { UploadFacts } from "@/lib/upload/client/upload_types.ts";

/** An unfinished upload as the browser keeps it, so that a reload of the page, or another day, can go on with it. */
export interface KeptUpload extends UploadFacts {
  /** Of the browser's own. */
  readonly key: string;
  readonly orgId: number;
  readonly userId: string;
  readonly uploadId: string;
  readonly sha256: string;
  readonly received: number;
  /** RFC 3339: later the server has forgotten it. */
  readonly expiresAt: string;
  readonly isPaused: boolean;
  /** What the browser finds the file by again, once the person allows it; null where it has no such thing. */
  readonly handle: FileHandle | null;
}

/** The part of a FileSystemFileHandle that is used here. */
export interface FileHandle {
  getFile(): Promise<File>;
  queryPermission?(descriptor: { mode: "read" }): Promise<PermissionState>;
  requestPermission?(descriptor: { mode: "read" }): Promise<PermissionState>;
}

/** Where they are kept. What fails is as if nothing were kept: an upload does not depend on it. */
export interface KeptUploads {
  /** Those of one person. */
  all(): Promise<readonly KeptUpload[]>;
  put(upload: KeptUpload): Promise<void>;
  remove(key: string): Promise<void>;
}

export function isExpired({ expiresAt }: Pick<KeptUpload, "expiresAt">, now: number): boolean {
  const ends = Date.parse(expiresAt);
  return !Number.isFinite(ends) || ends <= now;
}
