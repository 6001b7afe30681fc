import { openCsv } from "@/services/ocr/open/csv.ts";
import { type Opened, refused } from "@/services/ocr/open/opened.ts";
import { openPdf } from "@/services/ocr/open/pdf.ts";
import { openPicture } from "@/services/ocr/open/picture_file.ts";
import { openXls, openXlsx } from "@/services/ocr/open/workbook.ts";

/** Opens a file as what it is said to be, and as nothing else. `passwords` are for a locked PDF. */
export async function open(
  content: Uint8Array,
  mimetype: string,
  passwords: readonly string[],
): Promise<Opened> {
  switch (mimetype) {
    case "image/jpeg":
    case "image/png":
    case "image/gif":
    case "image/webp":
      return await openPicture(content, mimetype);
    case "application/pdf":
      return await openPdf(content, passwords);
    case "text/csv":
      return openCsv(content);
    case "application/vnd.ms-excel":
      return openXls(content);
    case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
      return openXlsx(content);
    default:
      return refused("wrong_type");
  }
}
