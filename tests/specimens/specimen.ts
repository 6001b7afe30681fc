import type { FieldName } from "@/lib/ocr/reading.ts";
import type { DocumentType, MediaType } from "@/lib/upload/document_types.ts";

/** A synthetic document and what is on it. */
export interface Specimen {
  /** For messages: type and seed. */
  readonly name: string;
  /** What a guest would choose, and what is right. */
  readonly documentType: DocumentType;
  readonly mediaType: MediaType;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What a perfect reader gives, in the form of FieldReading.value; Aadhaar numbers are masked in it. */
  readonly truth: Truth;
  /** The Aadhaar number on it, which must come out nowhere. */
  readonly secret?: string;
}

export type Truth = Readonly<Partial<Record<FieldName, string>>>;

/** A page before it is a file. */
export interface Drawn {
  readonly documentType: DocumentType;
  readonly svg: string;
  readonly truth: Truth;
  readonly secret?: string;
}
