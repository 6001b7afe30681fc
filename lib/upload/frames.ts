import * as v from "valibot";
import { ID } from "@/lib/contracts/json_schema.ts";
import { EITHER_CREDENTIAL } from "@/lib/contracts/credential.ts";
import { wire } from "@/lib/contracts/wire.ts";
import { TICKET_CHARS_MAX } from "@/lib/protocol/limits.ts";
import { isId } from "@/lib/protocol/subjects.ts";
import { type Chunk, CHUNK_HEAD_BYTES, FINAL_FLAG } from "@/lib/upload/chunk.ts";
import {
  DOCUMENT_TYPES,
  type DocumentType,
  MEDIA_TYPES,
  type MediaType,
} from "@/lib/upload/document_types.ts";
import type { UploadRefused } from "@/lib/upload/errors.ts";
import { CHUNK_BYTES, CHUNKS_MAX, FILE_BYTES_MAX } from "@/lib/upload/limits.ts";

/** What a client says of a file before it sends it. */
export interface UploadHandshake {
  /** As it came: up to FILENAME_CHARS_MAX characters, not cleaned. */
  readonly filename: string;
  /** Bytes, 1 to FILE_BYTES_MAX. */
  readonly filesize: number;
  readonly mimetype: MediaType;
  readonly documentType: DocumentType;
  readonly guestId: number | null;
  readonly propertyId: number;
  /** 64 hex digits in lower case. */
  readonly sha256: string | null;
  readonly encoding: ChunkEncoding;
  /** The upload to go on with; null: a new one. */
  readonly uploadId: string | null;
}

/** How a client means to send its chunks. Both are always understood. */
export type ChunkEncoding = "json" | "binary";

export type UploadControl =
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "cancel" }
  | { readonly type: "auth"; readonly token: string }
  | { readonly type: "auth"; readonly ticket: string };

export type UploadClientFrame = ({ readonly type: "chunk" } & Chunk) | UploadControl;

/** Longest filename looked at, in UTF-16 units; what is kept of it is shorter. */
export const FILENAME_CHARS_MAX = 1024;
const TOKEN_CHARS_MAX = 8192;
const MIMETYPE_CHARS_MAX = 200;

const Id = v.pipe(v.custom<number>(isId, "must be a positive integer"), wire(ID));
/** What may stand in the frames of a client, besides chunks. */
export const UploadHandshakeSchema = v.looseObject({
  filename: v.pipe(v.string(), v.minLength(1), v.maxLength(FILENAME_CHARS_MAX)),
  filesize: v.pipe(v.number(), v.safeInteger(), v.minValue(1), wire({ maximum: FILE_BYTES_MAX })),
  mimetype: v.pipe(v.string(), v.minLength(1), v.maxLength(MIMETYPE_CHARS_MAX), wire({ enum: MEDIA_TYPES })),
  documentType: v.picklist(DOCUMENT_TYPES),
  guestId: v.nullish(Id),
  propertyId: Id,
  sha256: v.nullish(v.pipe(v.string(), v.regex(/^[0-9a-fA-F]{64}$/, "must be 64 hex digits"))),
  encoding: v.nullish(v.picklist(["json", "binary"])),
  uploadId: v.nullish(v.pipe(v.string(), v.uuid())),
});
export const UploadControlSchema = v.variant("type", [
  v.looseObject({ type: v.literal("pause") }),
  v.looseObject({ type: v.literal("resume") }),
  v.looseObject({ type: v.literal("cancel") }),
  v.pipe(
    v.looseObject({
      type: v.literal("auth"),
      token: v.nullish(v.pipe(v.string(), v.maxLength(TOKEN_CHARS_MAX))),
      ticket: v.nullish(v.pipe(v.string(), v.maxLength(TICKET_CHARS_MAX))),
    }),
    wire(EITHER_CREDENTIAL),
  ),
]);

/** Reads the first frame of a client. Errors: `bad_handshake`, `too_large`, `type_unsupported`. */
export function parseUploadHandshake(text: string): UploadHandshake | UploadRefused {
  const json = jsonOf(text);
  return json === undefined
    ? { error: "bad_handshake", detail: "the first frame is one JSON object as text" }
    : handshakeOf(json);
}

/** The same of a value: the fields of a form. */
export function handshakeOf(value: unknown): UploadHandshake | UploadRefused {
  const result = v.safeParse(UploadHandshakeSchema, value);
  if (!result.success) return { error: "bad_handshake", detail: issueOf(result.issues[0]) };
  const { filename, filesize, documentType, propertyId, guestId, sha256, encoding, uploadId } = result.output;
  if (filesize > FILE_BYTES_MAX) {
    return { error: "too_large", detail: `${filesize} bytes; at most ${FILE_BYTES_MAX} are taken` };
  }
  const mimetype = mediaTypeOf(result.output.mimetype);
  if (mimetype === undefined) {
    return { error: "type_unsupported", detail: `mimetype must be one of ${MEDIA_TYPES.join(", ")}` };
  }
  return {
    filename,
    filesize,
    mimetype,
    documentType,
    guestId: guestId ?? null,
    propertyId,
    sha256: sha256?.toLowerCase() ?? null,
    encoding: encoding ?? "json",
    uploadId: uploadId?.toLowerCase() ?? null,
  };
}

/** A media type without its parameters, where it is one that is taken. */
export function mediaTypeOf(text: string): MediaType | undefined {
  const bare = text.split(";", 1)[0]!.trim().toLowerCase();
  return MEDIA_TYPES.find((known) => known === bare);
}

/** Reads any later text frame: a chunk in base64, or a control frame. Errors: `bad_frame`, `bad_chunk`. */
export function parseUploadText(text: string): UploadClientFrame | UploadRefused {
  const json = jsonOf(text);
  if (typeof json !== "object" || json === null) {
    return { error: "bad_frame", detail: "a frame is one JSON object as text" };
  }
  if (!("type" in json) || json.type === "chunk") return textChunkOf(json);
  const result = v.safeParse(UploadControlSchema, json);
  if (!result.success) return { error: "bad_frame", detail: issueOf(result.issues[0]) };
  const frame = result.output;
  return frame.type === "auth" ? authOf(frame.token ?? null, frame.ticket ?? null) : { type: frame.type };
}

/** Reads a binary frame: `seq`, flags, payload. */
export function parseUploadBinary(bytes: Uint8Array<ArrayBuffer>): UploadClientFrame | UploadRefused {
  if (bytes.length < CHUNK_HEAD_BYTES) {
    return {
      error: "bad_frame",
      detail: `a binary frame begins with ${CHUNK_HEAD_BYTES} bytes of seq and flags`,
    };
  }
  const flags = bytes[4]!;
  if ((flags & ~FINAL_FLAG) !== 0) {
    return { error: "bad_frame", detail: `flags are ${flags}, only bit 0 has a meaning` };
  }
  const seq = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return chunkOf(seq, bytes.subarray(CHUNK_HEAD_BYTES), flags === FINAL_FLAG);
}

/** Chunks of a file of this many bytes. */
export function chunksOf(filesize: number): number {
  return Math.ceil(filesize / CHUNK_BYTES);
}

/** Bytes that chunk `seq` of a file has. */
export function chunkBytesOf(filesize: number, seq: number): number {
  return Math.min(CHUNK_BYTES, filesize - (seq - 1) * CHUNK_BYTES);
}

function textChunkOf(json: object): UploadClientFrame | UploadRefused {
  const { seq, data, final } = json as { seq?: unknown; data?: unknown; final?: unknown };
  if (typeof seq !== "number" || typeof data !== "string" || typeof (final ?? false) !== "boolean") {
    return { error: "bad_frame", detail: "a chunk is {seq: number, data: base64, final: boolean}" };
  }
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.fromBase64(data, { lastChunkHandling: "strict" });
  } catch {
    return { error: "bad_chunk", detail: `data of chunk ${seq} is not base64` };
  }
  return chunkOf(seq, bytes, final === true);
}

function chunkOf(
  seq: number,
  data: Uint8Array<ArrayBuffer>,
  final: boolean,
): UploadClientFrame | UploadRefused {
  if (!Number.isSafeInteger(seq) || seq < 1 || seq > CHUNKS_MAX) {
    return { error: "bad_chunk", detail: `seq is ${seq}, it counts from 1 to ${CHUNKS_MAX}` };
  }
  if (data.length === 0 || data.length > CHUNK_BYTES) {
    return {
      error: "bad_chunk",
      detail: `chunk ${seq} has ${data.length} bytes, from 1 to ${CHUNK_BYTES} are allowed`,
    };
  }
  return { type: "chunk", seq, data, final };
}

function authOf(token: string | null, ticket: string | null): UploadControl | UploadRefused {
  if (token !== null && ticket === null) return { type: "auth", token };
  if (ticket !== null && token === null) return { type: "auth", ticket };
  return { error: "bad_frame", detail: "an auth frame has either a token or a ticket" };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function issueOf(issue: v.BaseIssue<unknown>): string {
  return `${v.getDotPath(issue) ?? "frame"}: ${issue.message}`.slice(0, 300);
}
