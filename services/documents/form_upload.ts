import { Busboy, type BusboyInstance } from "@fastify/busboy";
import type { Readable } from "node:stream";
import type { Principal } from "@/lib/auth/principal.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { FILE_BYTES_MAX, IDLE_MS } from "@/lib/upload/limits.ts";
import { receiveFile } from "@/services/documents/form_file.ts";
import { uploadProblem } from "@/services/documents/upload_problems.ts";
import type { Complete, Uploads } from "@/services/documents/uploads.ts";

/** The fields of the handshake, and a few that we do not know. */
const FIELDS_MAX = 16;
const FIELD_BYTES_MAX = 4096;
const FIELD_NAME_BYTES_MAX = 100;
const HEADERS_MAX = 20;
/** Largest body: the file, and what stands around it. */
const FORM_BYTES_MAX = FILE_BYTES_MAX + 1024 * 1024;

export interface FormOptions {
  /** Longest wait for the next piece of the body. */
  readonly idleMs?: number;
}

/**
 * Reads `multipart/form-data`: the fields of the handshake, then `file`. The body is read no faster than JetStream takes
 * the file; nothing of it stays in memory but the chunks under way.
 */
export async function receiveForm(
  uploads: Uploads,
  principal: Principal,
  req: Request,
  { idleMs = IDLE_MS }: FormOptions = {},
): Promise<Complete | Problem> {
  const type = req.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*;.*boundary=/i.test(type) || req.body === null) {
    return { code: "bad_request", detail: "The body must be multipart/form-data with a boundary" };
  }
  const form = new FormReader(uploads, principal, type, req.body.getReader());
  try {
    return await form.read(idleMs);
  } finally {
    await form.close();
  }
}

class FormReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #busboy: BusboyInstance;
  readonly #fields: Record<string, string> = {};
  readonly #settled = Promise.withResolvers<Complete | Problem>();
  #file: Readable | undefined;
  #receiving: Promise<void> | undefined;
  #isSettled = false;
  #wake = () => {};

  constructor(
    uploads: Uploads,
    principal: Principal,
    type: string,
    reader: ReadableStreamDefaultReader<Uint8Array>,
  ) {
    this.#reader = reader;
    this.#busboy = new Busboy({
      headers: { "content-type": type },
      limits: {
        fields: FIELDS_MAX,
        fieldSize: FIELD_BYTES_MAX,
        fieldNameSize: FIELD_NAME_BYTES_MAX,
        files: 1,
        fileSize: FILE_BYTES_MAX + 1,
        parts: FIELDS_MAX + 1,
        headerPairs: HEADERS_MAX,
      },
    });
    const bad = (detail: string) => this.#settle({ code: "bad_request", detail });
    this.#busboy
      .on("field", (name, value, nameCut, valueCut) => {
        if (nameCut || valueCut) return bad(`a field has more than ${FIELD_BYTES_MAX} bytes`);
        if (Object.hasOwn(this.#fields, name) || name === "__proto__") return bad("a field is there twice");
        this.#fields[name] = value;
      })
      .on("file", (name, file, filename, _encoding, mimetype) => {
        this.#file = file;
        // Told a second time by `error` of the whole; without a listener it would end the process.
        file.on("error", () => {});
        if (name !== "file") return bad(`the file is named "${name.slice(0, 60)}", it must be named "file"`);
        const bytes = file;
        this.#receiving = receiveFile(uploads, principal, { fields: this.#fields, filename, mimetype, bytes })
          .then(
            (done) => this.#settle("error" in done ? uploadProblem(done) : done),
            (error) => {
              this.#over();
              // One that was told of already, as the body that broke off, is told once.
              this.#settled.reject(error);
            },
          );
      })
      .on("partsLimit", () => bad("there are too many parts"))
      .on("fieldsLimit", () => bad("there are too many fields"))
      .on("filesLimit", () => bad("there is more than one file"))
      .on(
        "error",
        (error) => bad(`the form cannot be read: ${error instanceof Error ? error.message : error}`),
      )
      .on("drain", () => this.#wake())
      .on("finish", () => {
        if (this.#file === undefined) bad(`there is no part "file"`);
      });
    this.#settled.promise.catch(() => {});
  }

  async read(idleMs: number): Promise<Complete | Problem> {
    for (let bytes = 0; !this.#isSettled;) {
      const piece = await this.#next(idleMs);
      if (piece === undefined) break;
      bytes += piece.length;
      if (bytes > FORM_BYTES_MAX) {
        this.#settle({ code: "body_too_large", detail: `a form has at most ${FORM_BYTES_MAX} bytes` });
        break;
      }
      const takesMore = this.#busboy.write(piece);
      if (!takesMore && !this.#isSettled) await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (!this.#isSettled) this.#busboy.end();
    return await this.#settled.promise;
  }

  /** Whoever still reads the file learns that there is no more, and has ended its upload when this settles. */
  async close(): Promise<void> {
    this.#file?.destroy();
    this.#busboy.destroy();
    await this.#receiving;
  }

  /**
   * undefined: the body is at its end, or nobody wants more of it. Never a race against `#settled`: what loses it would
   * stay in memory, piece by piece, until that settles.
   */
  async #next(idleMs: number): Promise<Uint8Array | undefined> {
    const timer = setTimeout(
      () => this.#settle({ code: "request_timeout", detail: `nothing came for ${idleMs} ms` }),
      idleMs,
    );
    try {
      return (await this.#reader.read()).value;
    } catch {
      this.#settle({ code: "request_timeout", detail: "the body broke off" });
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  #settle(done: Complete | Problem): void {
    this.#over();
    this.#settled.resolve(done);
  }

  /** Whoever waits for more of the body, or for room, waits no longer. */
  #over(): void {
    this.#isSettled = true;
    this.#wake();
    // What is not read is not wanted; a body that broke off cannot be cancelled, and need not.
    this.#reader.cancel().catch(() => {});
  }
}
