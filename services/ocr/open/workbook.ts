import { unzipSync, zipSync } from "fflate";
import type { DocumentProblem } from "@/lib/upload/document_types.ts";
import {
  SHEET_ROWS_MAX,
  ZIP_BYTES_MAX,
  ZIP_ENTRIES_MAX,
  ZIP_RATIO_FROM_BYTES,
  ZIP_RATIO_MAX,
} from "@/services/ocr/open/limits.ts";
import { type Opened, type OpenedCell, refused } from "@/services/ocr/open/opened.ts";
import * as XLSX from "xlsx";

/** Not what a guest list needs: programs, other files, files within files. */
const ACTIVE = /vbaProject\.bin$|\/externalLinks\/|\/embeddings\/|\.(exe|dll|js|vbs)$/i;
const ARCHIVE = /\.(zip|xls[xmb]?|doc[xm]?|ppt[xm]?|jar|7z|rar|gz|bz2|xz|tar)$/i;
const WORKBOOK = "xl/workbook.xml";

/** Thrown out of the walk through an archive. */
class Refusal extends Error {
  readonly problem: DocumentProblem;

  constructor(problem: DocumentProblem) {
    super(problem);
    this.problem = problem;
  }
}

/**
 * Opens an XLSX file. Only its directory is read first. What unpacks is then packed again, stored, for the library:
 * it unpacks nothing by itself, and no entry has more than its directory says.
 */
export function openXlsx(content: Uint8Array): Opened {
  try {
    checkDirectory(content);
    const parts = unzipSync(content, { filter: ({ name }) => /\.(xml|rels)$/i.test(name) });
    if (parts[WORKBOOK] === undefined) return refused("wrong_type");
    return rowsOf(zipSync(parts, { level: 0 }));
  } catch (error) {
    return refused(error instanceof Refusal ? error.problem : "unreadable");
  }
}

/** Opens an XLS file: a container of the kind that old Word files and installers are as well. */
export function openXls(content: Uint8Array): Opened {
  try {
    const container = XLSX.CFB.read(content, { type: "array" });
    const has = (name: string) => XLSX.CFB.find(container, name) !== null;
    if (!has("Workbook") && !has("Book")) return refused("wrong_type");
    if (has("_VBA_PROJECT_CUR")) return refused("wrong_type");
    return rowsOf(content);
  } catch {
    return refused("unreadable");
  }
}

function checkDirectory(content: Uint8Array): void {
  let entries = 0;
  let bytes = 0;
  unzipSync(content, {
    filter({ name, size, originalSize }) {
      entries++;
      bytes += originalSize;
      const ratio = originalSize < ZIP_RATIO_FROM_BYTES ? 0 : originalSize / Math.max(size, 1);
      if (entries > ZIP_ENTRIES_MAX || bytes > ZIP_BYTES_MAX || ratio > ZIP_RATIO_MAX) {
        throw new Refusal("bomb");
      }
      if (ARCHIVE.test(name)) throw new Refusal("bomb");
      if (ACTIVE.test(name)) throw new Refusal("wrong_type");
      return false;
    },
  });
  if (entries === 0) throw new Refusal("unreadable");
}

/** The rows of the first sheet that has any. */
function rowsOf(content: Uint8Array): Opened {
  const book = XLSX.read(content, {
    type: "array",
    dense: true,
    sheetRows: SHEET_ROWS_MAX,
    cellDates: true,
    cellFormula: false,
    cellHTML: false,
    bookVBA: false,
  });
  for (const name of book.SheetNames) {
    const sheet = book.Sheets[name];
    if (sheet === undefined) continue;
    const rows = XLSX.utils.sheet_to_json<OpenedCell[]>(sheet, {
      header: 1,
      raw: true,
      defval: null,
      UTC: true,
    });
    if (rows.length > 0) return { kind: "rows", rows };
  }
  return { kind: "rows", rows: [] };
}
