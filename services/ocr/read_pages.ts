import { Buffer } from "node:buffer";
import { readMrz } from "@/lib/ocr/mrz/read_mrz.ts";
import type { ReadRequest } from "@/lib/ocr/read_request.ts";
import type { Fields } from "@/lib/ocr/reading.ts";
import type { OpenedPage } from "@/services/ocr/open/opened.ts";
import { OcrEngines } from "@/services/ocr/pictures/engine.ts";
import { readMrzLines } from "@/services/ocr/pictures/mrz_lines.ts";
import { openPicture } from "@/services/ocr/pictures/picture.ts";
import { previewOf } from "@/services/ocr/preview.ts";
import type { ReadResult, Told } from "@/services/ocr/read_document.ts";

export async function readPages(
  pages: readonly OpenedPage[],
  request: ReadRequest,
  told: Told,
): Promise<ReadResult> {
  const engines = new OcrEngines();
  const { documentType, today } = request;
  for (const page of pages) {
    const picture = await page.picture();
    const grey = await openPicture(Buffer.from(picture));
    if (typeof grey === "string") {
      return { reading: { documentType, status: "failed", problem: grey, fields: {} }, kept: "original" };
    }
    const lines = await readMrzLines(grey, engines);
    const mrz = lines && readMrz(lines, { today });
    told.stage("checking");
    told.preview(1, await previewOf(picture, []));
    if (mrz) {
      const fields: Fields = mrz.fields;
      const needsReview = Object.values(fields).some((field) => field.needsReview);
      return {
        reading: {
          documentType: mrz.documentType,
          status: needsReview ? "needs_review" : "done",
          problem: null,
          fields,
        },
        kept: "original",
      };
    }
  }
  return {
    reading: { documentType, status: "needs_review", problem: "nothing_found", fields: {} },
    kept: "original",
  };
}
