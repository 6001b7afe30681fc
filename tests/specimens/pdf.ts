import { createHash } from "node:crypto";
import { PdfCipher } from "./pdf_cipher.ts";

/** Points: A4. */
const PAGE_WIDTH = 595, PAGE_HEIGHT = 842;

export interface PdfOptions {
  /** Lines of the page, top to bottom, in Helvetica. */
  readonly lines?: readonly string[];
  /** A JPEG that fills the page. */
  readonly jpeg?: {
    readonly bytes: Uint8Array;
    readonly width: number;
    readonly height: number;
    grey: boolean;
  };
  /** Encrypts with 128-bit RC4 (PDF 1.4, revision 3), as old readers still do. */
  readonly password?: string;
  /** More dictionary entries: of the catalogue, of the page. */
  readonly catalogue?: string;
  readonly page?: string;
  /** More objects, from number 7 on. */
  readonly more?: readonly string[];
  /** The children of the page tree, instead of the one page, and how many they are said to be. */
  readonly kids?: { readonly list: string; readonly count: number };
}

/** A PDF file of one page. */
export function pdf(options: PdfOptions): Uint8Array<ArrayBuffer> {
  const { lines = [], jpeg, password } = options;
  const id = createHash("md5").update(`${lines.join()}${password}`).digest();
  const cipher = password === undefined ? undefined : new PdfCipher(password, id);
  const kids = options.kids ?? { list: "3 0 R", count: 1 };
  const out = new Writer(cipher);
  out.object(1, `<</Type/Catalog/Pages 2 0 R${options.catalogue ?? ""}>>`);
  out.object(2, `<</Type/Pages/Kids[${kids.list}]/Count ${kids.count}>>`);
  const media = options.page?.includes("/MediaBox") ? "" : `/MediaBox[0 0 ${PAGE_WIDTH} ${PAGE_HEIGHT}]`;
  const picture = jpeg === undefined ? "" : "/XObject<</P 6 0 R>>";
  out.object(
    3,
    `<</Type/Page/Parent 2 0 R${media}/Contents 4 0 R/Resources<</Font<</F 5 0 R>>${picture}>>${
      options.page ?? ""
    }>>`,
  );
  out.stream(4, "", new TextEncoder().encode(content(lines, jpeg)));
  out.object(5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
  if (jpeg !== undefined) {
    const space = jpeg.grey ? "Gray" : "RGB";
    const size = `/Width ${jpeg.width}/Height ${jpeg.height}`;
    const kind = `/Type/XObject/Subtype/Image/ColorSpace/Device${space}/BitsPerComponent 8/Filter/DCTDecode`;
    out.stream(6, kind + size, jpeg.bytes);
  }
  options.more?.forEach((body, i) => out.object(7 + i, body));
  return out.end(id);
}

function content(lines: readonly string[], jpeg: PdfOptions["jpeg"]): string {
  const shown = lines.map((line) => `(${line.replaceAll(/[\\()]/g, "\\$&")})Tj T*`).join("\n");
  const letter = lines.length === 0 ? "" : `BT /F 12 Tf 18 TL 60 ${PAGE_HEIGHT - 80} Td\n${shown}\nET`;
  if (jpeg === undefined) return letter;
  const width = PAGE_WIDTH - 80, height = width * jpeg.height / jpeg.width;
  return `q ${width} 0 0 ${height} 40 ${PAGE_HEIGHT - 60 - height} cm /P Do Q\n${letter}`;
}

/** Objects one after another, and where each begins. */
class Writer {
  readonly #cipher: PdfCipher | undefined;
  readonly #parts: Uint8Array[] = [];
  readonly #places = new Map<number, number>();
  #length = 0;

  constructor(cipher: PdfCipher | undefined) {
    this.#cipher = cipher;
    this.#write(cipher === undefined ? "%PDF-1.7\n" : "%PDF-1.4\n");
    this.#write(Uint8Array.of(0x25, 0xe2, 0xe3, 0xcf, 0xd3, 0x0a));
  }

  object(number: number, body: string): void {
    this.#places.set(number, this.#length);
    this.#write(`${number} 0 obj\n${body}\nendobj\n`);
  }

  stream(number: number, dictionary: string, plain: Uint8Array): void {
    const bytes = this.#cipher?.encrypt(plain, number) ?? plain;
    this.#places.set(number, this.#length);
    this.#write(`${number} 0 obj\n<<${dictionary}/Length ${bytes.length}>>\nstream\n`);
    this.#write(bytes);
    this.#write("\nendstream\nendobj\n");
  }

  end(id: Uint8Array): Uint8Array<ArrayBuffer> {
    const size = Math.max(...this.#places.keys()) + 2;
    if (this.#cipher !== undefined) this.object(size - 1, this.#cipher.dictionary());
    const start = this.#length;
    const entry = (i: number) => {
      const place = this.#places.get(i);
      return place === undefined ? "0000000000 65535 f \n" : `${String(place).padStart(10, "0")} 00000 n \n`;
    };
    const table = Array.from({ length: size }, (_, i) => entry(i)).join("");
    const key = hex(id);
    const locked = this.#cipher === undefined ? "" : `/Encrypt ${size - 1} 0 R`;
    this.#write(
      `xref\n0 ${size}\n${table}trailer\n<</Size ${size}/Root 1 0 R/ID[<${key}><${key}>]${locked}>>\n`,
    );
    this.#write(`startxref\n${start}\n%%EOF\n`);
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #write(part: string | Uint8Array): void {
    const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
