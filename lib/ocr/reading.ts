import type { DocumentProblem, DocumentType } from "@/lib/upload/document_types.ts";

/** Where a value was read: a signed code, the machine-readable zone, print, a PDF's text, a cell; or a person typed it. */
export type FieldSource = "qr" | "mrz" | "print" | "pdf_text" | "cell" | "person";

/** One thing that was looked at, e.g. `check_digit`, `verhoeff`, `signature`, `format`, `agrees_with_print`, `agrees_with_guest`. */
export interface FieldCheck {
  readonly name: string;
  readonly ok: boolean;
  /** A sentence for people where it is not ok. Never holds a number that must be masked. */
  readonly detail?: string;
}

/** One field of a document as it was read. */
export interface FieldReading {
  /** Dates are `YYYY-MM-DD`, sex is `M`, `F` or `X`, countries are ICAO three-letter codes, Aadhaar numbers `XXXX XXXX 1234`. */
  readonly value: string;
  readonly source: FieldSource;
  readonly checks: readonly FieldCheck[];
  /** 0 to 1: how sure the reader is of this value. */
  readonly confidence: number;
  /** Were characters changed so that checks agree? */
  readonly repaired: boolean;
  /** A person must look: a check failed, or the reader is not sure. */
  readonly needsReview: boolean;
}

/** The fields that readers give. */
export const FIELD_NAMES = [
  "name",
  "surname",
  "givenNames",
  "documentNumber",
  "dateOfBirth",
  "yearOfBirth",
  "sex",
  "nationality",
  "issuer",
  "issuedOn",
  "expiresOn",
  "personalNumber",
  "fatherName",
  "address",
] as const;
export type FieldName = (typeof FIELD_NAMES)[number];
export type Fields = Partial<Readonly<Record<FieldName, FieldReading>>>;

/** What came of reading one document. */
export interface Reading {
  /** What it turned out to be; where that stays open, what was declared. */
  readonly documentType: DocumentType;
  readonly status: "done" | "needs_review" | "failed";
  readonly problem: DocumentProblem | null;
  readonly fields: Fields;
  /** Rows of a table, for a person to confirm; of CSV and Excel files only. */
  readonly table?: TableReading;
}

/** A guest list, row by row. */
export interface TableReading {
  readonly columns: readonly TableColumn[];
  /** Cells as text (dates `YYYY-MM-DD`), null where empty. At most TABLE_ROWS_MAX rows. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Rows of the file, which may be more. */
  readonly rowsTotal: number;
  /** What is wrong with a cell, by position in `rows` and `columns`. */
  readonly problems: readonly { readonly row: number; readonly column: number; readonly message: string }[];
}

export interface TableColumn {
  /** The heading as it stands in the file. */
  readonly heading: string;
  /** The guest's field it fills; null: none. */
  readonly field: "name" | "email" | "phone" | "arrivesOn" | "departsOn" | "notes" | null;
}

/** Rows of a table that are shown and can be taken over. */
export const TABLE_ROWS_MAX = 500;
export const TABLE_COLUMNS_MAX = 30;
/** Characters of its cells: rows behind these are only counted. */
export const TABLE_CHARS_MAX = 1_000_000;

/** A rectangle in pixels of the picture that was read. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A word as the OCR engine gives it. */
export interface PrintedWord {
  readonly text: string;
  /** 0 to 1. */
  readonly confidence: number;
  readonly box: Box;
}

/** Words of one line, from left to right. */
export type PrintedLine = readonly PrintedWord[];

/** A line of a machine-readable zone as it was read, not repaired: `A-Z0-9<` only. */
export interface MrzLine {
  readonly text: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** Other readings of the same line. */
  readonly alternatives: readonly string[];
}

/** What is known of the guest whom a document is uploaded for. */
export interface KnownGuest {
  readonly name: string;
  /** `YYYY-MM-DD` */
  readonly dateOfBirth: string | null;
  readonly departsOn: string | null;
}
