import type { KnownGuest } from "@/lib/ocr/reading.ts";
import type { DocumentType } from "@/lib/upload/document_types.ts";

/** What a reader is told about the one document it reads; the content follows. */
export interface ReadRequest {
  readonly documentType: DocumentType;
  readonly mimetype: string;
  /** Whom it was uploaded for, where that is known. */
  readonly guest: KnownGuest | null;
  /** `YYYY-MM-DD`, where the property is. */
  readonly today: string;
  /** What a person typed for a locked document; tried before what follows from the guest. */
  readonly password: string | null;
  /** PEM texts of the keys that may have signed an Aadhaar QR code. */
  readonly aadhaarKeys: readonly string[];
  /** Milliseconds after which it will be ended; it leaves out what does not fit. */
  readonly timeoutMs: number;
}

/** Largest content a reader takes: that of an upload. */
export { FILE_BYTES_MAX as CONTENT_BYTES_MAX } from "@/lib/upload/limits.ts";
/** Pages of a document that are read and shown. */
export const PAGES_MAX = 10;
/** Longest side of a preview, in pixels. */
export const PREVIEW_PIXELS_MAX = 1200;
