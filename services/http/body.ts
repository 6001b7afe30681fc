import type { Problem } from "@/lib/protocol/problems.ts";

/** Largest JSON body of a request. */
export const BODY_BYTES_MAX = 256 * 1024;

/** `curl -d` sends JSON under this name unless told otherwise; it counts where the text is an object. */
const FORM = "application/x-www-form-urlencoded";

interface Refusal {
  readonly ok: false;
  readonly problem: Problem;
}
export type JsonBody = { readonly ok: true; readonly value: unknown } | Refusal;
export type FormBody = { readonly ok: true; readonly form: URLSearchParams } | Refusal;

/**
 * Reads the JSON body of a request, at most BODY_BYTES_MAX bytes of UTF-8; reading stops there, whatever is announced.
 * Problems: `body_too_large`, `bad_json`, and `bad_request` for another content type or encoding.
 */
export async function readJson(request: Request): Promise<JsonBody> {
  const read = await readJsonOrForm(request);
  if (!("form" in read)) return read;
  return refuse({ code: "bad_request", detail: `The body is form data, it must be application/json` });
}

/** The same, and takes a form as well. */
export async function readJsonOrForm(request: Request): Promise<JsonBody | FormBody> {
  const type = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type !== "" && type !== "application/json" && type !== FORM) {
    return refuse({
      code: "bad_request",
      detail: `The content type is ${type}, it must be application/json`,
    });
  }
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    return refuse({
      code: "bad_request",
      detail: `The body is encoded as ${encoding}, it must not be compressed`,
    });
  }
  const bytes = await readBytes(request);
  if (bytes === undefined) {
    return refuse({ code: "body_too_large", detail: `The body has more than ${BODY_BYTES_MAX} bytes` });
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const isForm = type === FORM && !text.trimStart().startsWith("{");
    if (isForm) return { ok: true, form: new URLSearchParams(text) };
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const detail = error instanceof SyntaxError ? error.message : "The body is not UTF-8";
    return refuse({ code: "bad_json", detail });
  }
}

/** undefined: more than the limit. What is left is then cancelled, not read. */
async function readBytes(request: Request): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES_MAX) {
    await request.body?.cancel();
    return undefined;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function refuse(problem: Problem): Refusal {
  return { ok: false, problem };
}
