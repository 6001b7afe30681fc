import { type PDFiumDocument, PDFiumLibrary, type PDFiumPage } from "@hyzyla/pdfium";
import sharp from "sharp";
import { PAGES_MAX } from "@/lib/ocr/read_request.ts";
import { PAGE_AREA_PIXELS_MAX, PAGE_DPI, PAGE_PIXELS_MAX } from "@/services/ocr/open/limits.ts";
import { type Opened, type OpenedPage, refused } from "@/services/ocr/open/opened.ts";

/** A PDF counts in points. */
const POINTS_PER_INCH = 72;
const LOCKED = /password/i;

/** Opens a PDF with the first of these passwords that fits; "" stands for none. The document lives as long as the process. */
export async function openPdf(content: Uint8Array, passwords: readonly string[]): Promise<Opened> {
  const library = await PDFiumLibrary.init();
  let locked = false;
  for (const password of passwords) {
    const opened = await load(library, content, password);
    if (typeof opened !== "string") return pagesOf(opened);
    if (opened === "unreadable") return refused("unreadable");
    locked = true;
  }
  return refused(locked ? "password_required" : "unreadable");
}

async function load(
  library: PDFiumLibrary,
  content: Uint8Array,
  password: string,
): Promise<PDFiumDocument | "locked" | "unreadable"> {
  try {
    return await library.loadDocument(content, password);
  } catch (error) {
    return error instanceof Error && LOCKED.test(error.message) ? "locked" : "unreadable";
  }
}

function pagesOf(document: PDFiumDocument): Opened {
  const count = Math.min(document.getPageCount(), PAGES_MAX);
  if (count === 0) return refused("unreadable");
  try {
    const pages = Array.from({ length: count }, (_, index) => pageOf(document.getPage(index)));
    return { kind: "pages", pages };
  } catch {
    return refused("unreadable");
  }
}

function pageOf(page: PDFiumPage): OpenedPage {
  return { text: page.getText().replaceAll("\0", ""), picture: () => render(page) };
}

/** On white, however large the page says it is. */
async function render(page: PDFiumPage): Promise<Uint8Array> {
  const { originalWidth, originalHeight } = page.getOriginalSize();
  const longest = Math.max(originalWidth, originalHeight, 1);
  const area = Math.max(originalWidth * originalHeight, 1);
  const scale = Math.min(
    PAGE_DPI / POINTS_PER_INCH,
    PAGE_PIXELS_MAX / longest,
    Math.sqrt(PAGE_AREA_PIXELS_MAX / area),
  );
  const { width, height, data } = await page.render({ scale, render: "bitmap", colorSpace: "Gray" });
  return await sharp(data, { raw: { width, height, channels: 1 } }).png({ compressionLevel: 1 }).toBuffer();
}
