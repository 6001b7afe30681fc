import { jsonSchemaOf } from "@/lib/contracts/from_valibot.ts";
import {
  BOOLEAN,
  COUNT,
  ID,
  type JsonSchema,
  listOf,
  oneOfWords,
  orNull,
  shape,
  TEXT,
  TIME,
} from "@/lib/contracts/json_schema.ts";
import { byType, type Message } from "@/lib/contracts/message.ts";
import { errorSchema, typed } from "@/lib/contracts/stream_messages.ts";
import { MEDIA_TYPES } from "@/lib/upload/document_types.ts";
import { UPLOAD_ERRORS } from "@/lib/upload/errors.ts";
import { UploadControlSchema, UploadHandshakeSchema } from "@/lib/upload/frames.ts";
import { CHUNK_BYTES, CHUNKS_MAX } from "@/lib/upload/limits.ts";

const UPLOAD_ID: JsonSchema = { type: "string", format: "uuid" };
/** Characters of base64 for so many bytes. */
const base64Chars = (bytes: number) => Math.ceil(bytes / 3) * 4;

/** StreamIn. */
export const UPLOAD_MESSAGES: readonly Message[] = [
  {
    name: "handshake",
    from: "client",
    says: "The first frame: what file will come, or which upload goes on",
    schema: jsonSchemaOf(UploadHandshakeSchema),
  },
  {
    name: "chunk",
    from: "client",
    says: "A piece of the file as text",
    schema: shape({
      "type?": { const: "chunk" },
      seq: { ...ID, maximum: CHUNKS_MAX },
      data: {
        type: "string",
        contentEncoding: "base64",
        pattern: "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$",
        minLength: base64Chars(1),
        maxLength: base64Chars(CHUNK_BYTES),
        description: `1 to ${CHUNK_BYTES} bytes; every chunk but the last has exactly ${CHUNK_BYTES}`,
      },
      "final?": orNull(BOOLEAN),
    }),
  },
  {
    name: "binary_chunk",
    from: "client",
    says: "The same in bytes: seq in 4 (big-endian), flags in 1 (bit 0: the last one), then the piece",
    schema: { type: "string", contentMediaType: "application/octet-stream" },
    media: "application/octet-stream",
  },
  ...byType(jsonSchemaOf(UploadControlSchema), {
    pause: "Nothing comes for a while",
    resume: "It goes on",
    cancel: "The upload is not wanted any more",
    auth: "A new token, or a ticket that stands for one",
  }),
  {
    name: "ready",
    from: "server",
    says: "Chunk nextSeq is what is wanted, from byte offset",
    schema: typed("ready", {
      uploadId: UPLOAD_ID,
      nextSeq: ID,
      offset: COUNT,
      chunkSize: ID,
      window: ID,
      expiresAt: TIME,
      limits: shape({ fileBytes: ID, idleMs: ID, pausedMs: ID, mediaTypes: listOf(oneOfWords(MEDIA_TYPES)) }),
    }),
  },
  {
    name: "progress",
    from: "server",
    says: "Every chunk up to seq is stored",
    schema: typed("progress", {
      uploadId: UPLOAD_ID,
      seq: ID,
      received: COUNT,
      total: ID,
      percent: { ...COUNT, maximum: 100 },
    }),
  },
  {
    name: "complete",
    from: "server",
    says: "The file is whole, and a document",
    schema: typed("complete", {
      uploadId: UPLOAD_ID,
      documentId: ID,
      size: ID,
      sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
      status: TEXT,
    }),
  },
  {
    name: "paused",
    from: "server",
    says: "It may go on until expiresAt",
    schema: typed("paused", { uploadId: UPLOAD_ID, expiresAt: TIME }),
  },
  {
    name: "cancelled",
    from: "server",
    says: "It is gone",
    schema: typed("cancelled", { uploadId: UPLOAD_ID }),
  },
  {
    name: "renewed",
    from: "server",
    says: "The new token holds",
    schema: typed("renewed", { expiresAt: TIME }),
  },
  {
    name: "error",
    from: "server",
    says: "What is wrong; a close may follow",
    schema: errorSchema(Object.keys(UPLOAD_ERRORS), { "nextSeq?": ID }),
  },
];
