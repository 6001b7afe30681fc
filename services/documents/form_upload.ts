import { Busboy, type BusboyInstance } from "@fastify/busboy";
import { once } from "node:events";
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
  const form = new FormReader(uploads, principal, type);
  const reader = req.body.getReader();
  try {
    return await form.read(reader, idleMs);
  } finally {
    await form.close();
    // What is not read is not wanted; a body that broke off cannot be cancelled, and need not.
    await reader.cancel().catch(() => {});
  }
}

class FormReader {
  readonly #busboy: BusboyInstance;
  readonly #fields: Record<string, string> = {};
  readonly #settled = Promise.withResolvers<Complete | Problem>();
  #file: Readable | undefined;
  #receiving: Promise<void> | undefined;
  #isSettled = false;

  constructor(uploads: Uploads, principal: Principal, type: string) {
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
            // One that was told of already, as the body that broke off, is told once.
            (error) => this.#settled.reject(error),
          );
      })
      .on("partsLimit", () => bad("there are too many parts"))
      .on("fieldsLimit", () => bad("there are too many fields"))
      .on("filesLimit", () => bad("there is more than one file"))
      .on(
        "error",
        (error) => bad(`the form cannot be read: ${error instanceof Error ? error.message : error}`),
      )
      .on("finish", () => {
        if (this.#file === undefined) bad(`there is no part "file"`);
      });
    this.#settled.promise.catch(() => {});
  }

  async read(reader: ReadableStreamDefaultReader<Uint8Array>, idleMs: number): Promise<Complete | Problem> {
    for (let bytes = 0;;) {
      const piece = await this.#next(reader, idleMs);
      if (piece === undefined) break;
      bytes += piece.length;
      if (bytes > FORM_BYTES_MAX) {
        this.#settle({ code: "body_too_large", detail: `a form has at most ${FORM_BYTES_MAX} bytes` });
        break;
      }
      if (!this.#busboy.write(piece)) {
        const end = new AbortController();
        const drained = once(this.#busboy, "drain", { signal: end.signal }).catch(() => {});
        await Promise.race([drained, this.#settled.promise]);
        end.abort();
      }
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

  /** undefined: the body is at its end, or nobody wants more of it. */
  async #next(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    idleMs: number,
  ): Promise<Uint8Array | undefined> {
    if (this.#isSettled) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => timer = setTimeout(() => resolve("late"), idleMs));
    try {
      const next = await Promise.race([
        reader.read(),
        late,
        this.#settled.promise.then(() => "over" as const),
      ]);
      if (next === "late") this.#settle({ code: "request_timeout", detail: `nothing came for ${idleMs} ms` });
      return typeof next === "string" || next.done ? undefined : next.value;
    } catch {
      this.#settle({ code: "request_timeout", detail: "the body broke off" });
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  #settle(done: Complete | Problem): void {
    this.#isSettled = true;
    this.#settled.resolve(done);
  }
}
