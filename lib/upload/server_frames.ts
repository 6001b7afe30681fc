import * as v from "valibot";
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

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Text = v.string();

const ReadySchema = v.looseObject({
  type: v.literal("ready"),
  uploadId: Text,
  nextSeq: Count,
  offset: Count,
  chunkSize: Count,
  window: Count,
  expiresAt: Text,
  limits: v.looseObject({ fileBytes: Count, idleMs: Count, pausedMs: Count, mediaTypes: v.array(Text) }),
});
const ProgressSchema = v.looseObject({
  type: v.literal("progress"),
  uploadId: Text,
  seq: Count,
  received: Count,
  total: Count,
  percent: v.number(),
});
const CompleteSchema = v.looseObject({
  type: v.literal("complete"),
  uploadId: Text,
  documentId: Count,
  size: Count,
  sha256: Text,
  status: Text,
});
const ErrorSchema = v.looseObject({
  type: v.literal("error"),
  code: Text,
  message: Text,
  retryable: v.boolean(),
  nextSeq: v.optional(Count),
});
const ServerFrameSchema = v.variant("type", [
  ReadySchema,
  ProgressSchema,
  CompleteSchema,
  v.looseObject({ type: v.literal("paused"), uploadId: Text, expiresAt: Text }),
  v.looseObject({ type: v.literal("cancelled"), uploadId: Text }),
  v.looseObject({ type: v.literal("renewed"), expiresAt: Text }),
  ErrorSchema,
]);

/** Any frame from the server. The `code` of an error may be one that this client does not know yet. */
export type UploadServerFrame = v.InferOutput<typeof ServerFrameSchema>;
export type UploadReady = v.InferOutput<typeof ReadySchema>;
export type UploadProgress = v.InferOutput<typeof ProgressSchema>;
export type UploadComplete = v.InferOutput<typeof CompleteSchema>;
export type UploadErrorFrame = v.InferOutput<typeof ErrorSchema>;

/** Reads a frame of the server; undefined where it is none that is known: a client passes over those. */
export function parseUploadServerFrame(text: string): UploadServerFrame | undefined {
  try {
    const result = v.safeParse(ServerFrameSchema, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

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
