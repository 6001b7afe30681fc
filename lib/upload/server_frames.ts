import type { DocumentType, MediaType } from "@/lib/upload/document_types.ts";
import { UPLOAD_ERRORS, type UploadErrorCode } from "@/lib/upload/errors.ts";
import type { ChunkEncoding } from "@/lib/upload/frames.ts";
import {
  CHUNK_BYTES,
  FILE_BYTES_MAX,
  IDLE_MS,
  PAUSED_MS,
  WINDOW_CHUNKS,
  WINDOW_TEXT_CHUNKS,
} from "@/lib/upload/limits.ts";
import { MEDIA_TYPES } from "@/lib/upload/document_types.ts";

export interface UploadReady {
  readonly type: "ready";
  readonly uploadId: string;
  readonly nextSeq: number;
  readonly offset: number;
  readonly chunkSize: number;
  readonly window: number;
  /** RFC 3339 */
  readonly expiresAt: string;
  readonly limits: typeof UPLOAD_LIMITS;
}

export interface UploadErrorFrame {
  readonly type: "error";
  /** May be one that a client does not know yet. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly nextSeq?: number;
}

/** Any frame from the server. */
export type UploadServerFrame =
  | UploadReady
  | {
    readonly type: "progress";
    readonly uploadId: string;
    readonly seq: number;
    readonly received: number;
    readonly total: number;
    readonly percent: number;
  }
  | {
    readonly type: "complete";
    readonly uploadId: string;
    readonly documentId: number;
    readonly size: number;
    readonly sha256: string;
    readonly status: string;
  }
  | { readonly type: "paused"; readonly uploadId: string; readonly expiresAt: string }
  | { readonly type: "cancelled"; readonly uploadId: string }
  | { readonly type: "renewed"; readonly expiresAt: string }
  | UploadErrorFrame;

/** `{"type":"ready",...}`: chunk `nextSeq` is what is wanted, from byte `offset`. `expiresAt`: unfinished, it is kept until then. */
export function readyFrame(
  { encoding = "binary", ...ready }: {
    uploadId: string;
    nextSeq: number;
    offset: number;
    expiresAt: string;
    encoding?: ChunkEncoding;
  },
): string {
  return JSON.stringify({
    type: "ready",
    ...ready,
    chunkSize: CHUNK_BYTES,
    window: encoding === "json" ? WINDOW_TEXT_CHUNKS : WINDOW_CHUNKS,
    limits: UPLOAD_LIMITS,
  });
}

/** What is told to every client, so that it need not know it. */
export const UPLOAD_LIMITS: {
  readonly fileBytes: number;
  readonly idleMs: number;
  readonly pausedMs: number;
  readonly mediaTypes: readonly MediaType[];
} = { fileBytes: FILE_BYTES_MAX, idleMs: IDLE_MS, pausedMs: PAUSED_MS, mediaTypes: MEDIA_TYPES };

/** `{"type":"progress",...}`: every chunk up to `seq`, `received` bytes, is stored. */
export function progressFrame(uploadId: string, seq: number, received: number, total: number): string {
  return JSON.stringify({
    type: "progress",
    uploadId,
    seq,
    received,
    total,
    percent: percentOf(received, total),
  });
}

/** Whole percent, and 100 only for all of it. */
export function percentOf(received: number, total: number): number {
  return Math.floor(received * 100 / total);
}

export function completeFrame(
  complete: { uploadId: string; documentId: number; size: number; sha256: string; status: string },
): string {
  return JSON.stringify({ type: "complete", ...complete });
}

export function pausedFrame(uploadId: string, expiresAt: string): string {
  return JSON.stringify({ type: "paused", uploadId, expiresAt });
}

export function cancelledFrame(uploadId: string): string {
  return JSON.stringify({ type: "cancelled", uploadId });
}

/** `{"type":"renewed",...}`: the new token holds, until then. */
export function renewedFrame(expiresAt: string): string {
  return JSON.stringify({ type: "renewed", expiresAt });
}

/** `{"type":"error",...}`; `nextSeq`: the chunk to go on with. */
export function uploadErrorFrame(code: UploadErrorCode, detail?: string, nextSeq?: number): string {
  const { message, retryable } = UPLOAD_ERRORS[code];
  return JSON.stringify({
    type: "error",
    code,
    message: detail === undefined ? message : `${message}: ${detail}`,
    retryable,
    ...(nextSeq !== undefined && { nextSeq }),
  });
}

/** What `GET /v2/documents/uploads/:uploadId` answers. */
export interface UploadState {
  readonly uploadId: string;
  readonly state: "receiving" | "complete" | "cancelled" | "refused" | "expired";
  readonly filename: string;
  readonly mimetype: MediaType;
  readonly documentType: DocumentType;
  readonly propertyId: number;
  readonly guestId: number | null;
  readonly filesize: number;
  readonly received: number;
  readonly percent: number;
  /** null where nothing more can come. */
  readonly nextSeq: number | null;
  readonly documentId: number | null;
  readonly expiresAt: string;
}
