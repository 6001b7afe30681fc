import { createPublicKey } from "node:crypto";
import { EXPECTED_FIELDS, statusOf } from "@/lib/ocr/cross_check.ts";
import { maskDigits } from "@/lib/ocr/mask.ts";
import { VALUE_CHARS_MAX } from "@/lib/ocr/reader_answers.ts";
import type { ReadRequest } from "@/lib/ocr/read_request.ts";
import type { FieldReading, Fields, Reading } from "@/lib/ocr/reading.ts";
import type { DocumentProblem, DocumentType } from "@/lib/upload/document_types.ts";
import { maskedPreviewOf } from "@/services/ocr/masked_preview.ts";
import type { OpenedPage } from "@/services/ocr/open/opened.ts";
import { OcrEngines } from "@/services/ocr/pictures/engine.ts";
import { previewOf } from "@/services/ocr/preview.ts";
import type { ReadResult, Told } from "@/services/ocr/read_document.ts";
import { type PageReading, readPage } from "@/services/ocr/read_page.ts";
import type { ReadPictureTools } from "@/services/ocr/read_picture.ts";

/** Share of the time within which pages are read; the rest is for their pictures. */
const READING_SHARE = 0.6;
/** Kinds of which something must be found. */
const ANYTHING: readonly DocumentType[] = ["image", "other"];

/** Reads the pages of a document, and shows them with what must not be seen blackened. */
export async function readPages(
  pages: readonly OpenedPage[],
  request: ReadRequest,
  told: Told,
): Promise<ReadResult> {
  const engines = new OcrEngines();
  const tools: ReadPictureTools = {
    engines,
    keys: request.aadhaarKeys.map((pem) => createPublicKey(pem)),
    today: request.today,
    deadline: Date.now() + request.timeoutMs * READING_SHARE,
    // Whoever waits ends the whole process.
    signal: new AbortController().signal,
  };
  const read: PageReading[] = [];
  let unreadable: DocumentProblem | undefined;
  for (const page of pages) {
    if (read.length > 0 && Date.now() >= tools.deadline) break;
    const one = await readPage(page, request, tools);
    if (typeof one === "string") unreadable ??= one;
    else read.push(one);
  }
  told.stage("checking");
  const main = mainOf(read);
  const documentType = main?.documentType ?? request.documentType;
  const isAadhaar = request.documentType === "aadhaar" ||
    read.some((page) => page.isAadhaar);
  const shown = await show(read, isAadhaar, tools, told);
  const kept = !isAadhaar ? "original" : shown > 0 ? "masked" : "nothing";
  if (main === undefined) {
    return {
      reading: { documentType, status: "failed", problem: unreadable ?? "unreadable", fields: {} },
      kept,
    };
  }
  const fields = together(read, main);
  return { reading: reading(documentType, fields, kept === "nothing"), kept };
}

/** The page that says most. */
function mainOf(pages: readonly PageReading[]): PageReading | undefined {
  const count = ({ fields }: PageReading) => Object.keys(fields).length;
  return pages.toSorted((a, b) => count(b) - count(a))[0];
}

/** Its fields, and what only another side of the same card says. */
function together(pages: readonly PageReading[], main: PageReading): Fields {
  const others = pages.filter((page) => page !== main && page.documentType === main.documentType);
  const all = Object.assign({}, ...others.map(({ fields }) => fields).toReversed(), main.fields) as Fields;
  return Object.fromEntries(Object.entries(all).map(([name, field]) => [name, maskedField(field)]));
}

/** Nothing leaves this process with a number in it, whichever reader gave it. */
function maskedField(field: FieldReading): FieldReading {
  return {
    ...field,
    value: maskDigits(field.value).slice(0, VALUE_CHARS_MAX),
    checks: field.checks.map((check) => {
      return check.detail === undefined ? check : { ...check, detail: maskDigits(check.detail) };
    }),
  };
}

function reading(documentType: DocumentType, fields: Fields, numberMissed: boolean): Reading {
  const problem = numberMissed
    ? "number_not_found"
    : Object.keys(fields).length === 0
    ? "nothing_found"
    : null;
  if (problem === "nothing_found" && ANYTHING.includes(documentType)) {
    // A picture of something: there was nothing to read in the first place.
    return { documentType, status: "done", problem, fields };
  }
  const status = problem === null ? statusOf(fields, EXPECTED_FIELDS[documentType]) : "needs_review";
  return { documentType, status, problem, fields };
}

/** Answers how many pages are shown. */
async function show(
  pages: readonly PageReading[],
  isAadhaar: boolean,
  tools: ReadPictureTools,
  told: Told,
): Promise<number> {
  // Covering has time of its own: without it there is no picture.
  const covering = { ...tools, deadline: 0 };
  let shown = 0;
  for (const page of pages) {
    const bytes = isAadhaar ? await maskedPreviewOf(page, covering) : await previewOf(page.picture, []);
    if (bytes !== undefined) told.preview(++shown, bytes);
  }
  return shown;
}
