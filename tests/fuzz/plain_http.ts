/** What was answered, to the last byte. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Head and body as they came. */
  readonly text: string;
  /** Of the body. */
  readonly json: unknown;
}

export interface PlainRequest {
  readonly method: string;
  /** Path and query, sent as they are. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Longest wait for an answer. */
const ANSWER_MS = 30_000;

/** One request on a connection of its own, written byte by byte: no library puts right what is wrong with it. */
export async function plainRequest(url: string, request: PlainRequest): Promise<PlainAnswer> {
  const { hostname, port, host } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const timer = setTimeout(() => connection.close(), ANSWER_MS);
  try {
    const body = request.body === null ? null : new TextEncoder().encode(request.body);
    const lines = [
      `${request.method} ${request.target} HTTP/1.1`,
      `host: ${host}`,
      "connection: close",
      ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
      ...(body === null ? [] : [`content-length: ${body.length}`]),
    ];
    await writeAll(connection, new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
    // A request that is refused by its head may be answered, and the rest not read.
    if (body !== null) await writeAll(connection, body).catch(() => {});
    return answerOf(await readAll(connection));
  } finally {
    clearTimeout(timer);
    try {
      connection.close();
    } catch {
      // The timer was faster.
    }
  }
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

async function readAll(connection: Deno.TcpConn): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const read = await connection.read(buffer).catch((error) => {
      // What was answered before the reset counts.
      if (error instanceof Deno.errors.ConnectionReset) return null;
      throw error;
    });
    if (read === null) break;
    chunks.push(buffer.slice(0, read));
  }
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

function answerOf(bytes: Uint8Array): PlainAnswer {
  const text = new TextDecoder().decode(bytes);
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) throw new Error(`no answer, but ${JSON.stringify(text.slice(0, 200))}`);
  const [line = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = new Map(lines.map((field) => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const;
  }));
  const body = text.slice(end + 4);
  const isJson = /json/.test(headers.get("content-type") ?? "") &&
    headers.get("transfer-encoding") === undefined;
  return {
    status: Number(line.split(" ")[1]),
    headers,
    text,
    json: isJson && body !== "" ? JSON.parse(body) : {},
  };
}
