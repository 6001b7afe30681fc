import type { DocumentProblem } from "@/lib/upload/document_types.ts";

/** A cell as a spreadsheet has it. */
export type OpenedCell = string | number | boolean | Date | null;

/** A page: its text where it has any, and its picture (PNG, or the file itself) on demand, since that takes time. */
export interface OpenedPage {
  readonly text: string;
  picture(): Promise<Uint8Array>;
}

/** What a file turned out to hold, or why it is not opened. */
export type Opened =
  | { readonly kind: "pages"; readonly pages: readonly OpenedPage[] }
  | { readonly kind: "rows"; readonly rows: readonly (readonly OpenedCell[])[] }
  | { readonly kind: "refused"; readonly problem: DocumentProblem };

export function refused(problem: DocumentProblem): Opened {
  return { kind: "refused", problem };
}
