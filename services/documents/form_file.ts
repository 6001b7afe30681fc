import type { Principal } from "@/lib/auth/principal.ts";
import { chunkBytesOf, chunksOf, handshakeOf } from "@/lib/upload/frames.ts";
import type { UploadRefused } from "@/lib/upload/errors.ts";
import { WINDOW_CHUNKS } from "@/lib/upload/limits.ts";
import { isFull } from "@/services/documents/chunk_store.ts";
import { Reception } from "@/services/documents/reception.ts";
import { type Complete, type Opened, STORAGE_FULL, type Uploads } from "@/services/documents/uploads.ts";

/** What a form says of its file. */
export interface FormFile {
  readonly fields: Readonly<Record<string, string>>;
  readonly filename: string;
  readonly mimetype: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * Takes the file of a form into the store, cut into chunks, with as many under way as a socket may have. Whatever goes
 * wrong ends the upload: nobody knows its id yet who could resume it.
 */
export async function receiveFile(
  uploads: Uploads,
  principal: Principal,
  file: FormFile,
): Promise<Complete | UploadRefused> {
  const handshake = handshakeOf(valuesOf(file));
  if ("error" in handshake) return handshake;
  const opened = await uploads.open(principal, { ...handshake, uploadId: null }, crypto.randomUUID());
  if ("error" in opened || "state" in opened) return opened;
  let done: Complete | UploadRefused | "fenced" | undefined;
  try {
    done = await fill(uploads, principal, opened, file.bytes);
  } finally {
    // A finished one needs no end; of one that failed on the way to it, the sweeper finds out.
    if (done !== undefined && done !== "fenced" && "error" in done) {
      await uploads.end(opened.upload, "refused");
    } else if (done === undefined) await uploads.end(opened.upload, "cancelled").catch(() => {});
  }
  return done === "fenced" ? { error: "upload_cancelled", detail: opened.upload.id } : done;
}

async function fill(
  uploads: Uploads,
  principal: Principal,
  { upload, lease, stored }: Opened,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Complete | UploadRefused | "fenced"> {
  let failure: { error: unknown } | undefined;
  let wake = () => {};
  const reception = new Reception({
    store: uploads.store,
    upload,
    lease,
    stored,
    progressed: () => wake(),
    failed: (error) => {
      failure = { error };
      wake();
    },
  });
  const chunks = chunksOf(upload.filesize);
  let chunk = new Uint8Array(chunkBytesOf(upload.filesize, 1));
  let filled = 0;
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length;) {
      if (reception.nextSeq > chunks) {
        return { error: "size_mismatch", detail: `more than ${upload.filesize} bytes came` };
      }
      const some = piece.subarray(at, at + chunk.length - filled);
      chunk.set(some, filled);
      filled += some.length;
      at += some.length;
      if (filled < chunk.length) continue;
      while (reception.underWay >= WINDOW_CHUNKS && failure === undefined) {
        await new Promise<void>((resolve) => wake = resolve);
      }
      if (failure !== undefined) return refusalOrThrow(failure.error);
      const seq = reception.nextSeq;
      const taken = reception.take({ seq, data: chunk, final: seq === chunks });
      if (typeof taken === "object") return taken;
      if (seq < chunks) chunk = new Uint8Array(chunkBytesOf(upload.filesize, seq + 1));
      filled = 0;
    }
  }
  if (reception.nextSeq <= chunks) {
    return { error: "size_mismatch", detail: `fewer than ${upload.filesize} bytes came` };
  }
  await reception.settled();
  if (failure !== undefined) return refusalOrThrow((failure as { error: unknown }).error);
  return await uploads.finish(principal, reception);
}

function refusalOrThrow(error: unknown): UploadRefused {
  if (isFull(error)) return STORAGE_FULL;
  throw error;
}

/** The text fields of a form as the values of a handshake. What the file's own part says stands in for what they leave out. */
function valuesOf({ fields, filename, mimetype }: FormFile): Record<string, unknown> {
  const whole = (text: string | undefined) =>
    text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : text;
  const { guestId, sha256, documentType } = fields;
  return {
    filename: fields.filename ?? filename,
    mimetype: fields.mimetype ?? mimetype,
    documentType,
    filesize: whole(fields.filesize),
    propertyId: whole(fields.propertyId),
    ...(guestId !== undefined && guestId !== "" && { guestId: whole(guestId) }),
    ...(sha256 !== undefined && sha256 !== "" && { sha256 }),
  };
}
