/** What clamd says of a file. `scanner_down`: nothing, or that it takes none so large. */
export type ScanVerdict =
  | { readonly state: "clean" }
  | { readonly state: "infected"; readonly signature: string }
  | { readonly state: "scanner_down"; readonly why: string };

/** Longest wait for the answer. */
const SCAN_MS = 30_000;
const PIECE_BYTES = 64 * 1024;
const ANSWER_BYTES_MAX = 4 * 1024;
const COMMAND = new TextEncoder().encode("zINSTREAM\0");

/** The virus scanner clamd, over TCP. Each file has a connection of its own, as INSTREAM wants it. */
export class ClamAv {
  readonly #address: { readonly hostname: string; readonly port: number };
  readonly #scanMs: number;

  constructor(address: { readonly hostname: string; readonly port: number }, scanMs = SCAN_MS) {
    this.#address = address;
    this.#scanMs = scanMs;
  }

  /** Rejects only where the content cannot be fetched. */
  async scan(content: AsyncIterable<Uint8Array>): Promise<ScanVerdict> {
    let connection: Deno.TcpConn;
    try {
      const signal = AbortSignal.timeout(this.#scanMs);
      connection = await Deno.connect({ ...this.#address, signal });
    } catch (error) {
      return down(error);
    }
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      connection.close();
    }, this.#scanMs);
    try {
      const answered = answerOf(connection);
      const sent = await send(connection, content);
      // It answers before the end where it will have no more of it, and then what is written breaks.
      const answer = await answered;
      if (sent instanceof Error && answer === "") return down(sent);
      return verdictOf(answer);
    } catch (error) {
      if (error instanceof ContentError) throw error.cause;
      return down(late ? new Error(`no answer in ${this.#scanMs} ms`) : error);
    } finally {
      clearTimeout(timer);
      if (!late) connection.close();
    }
  }
}

/** The content could not be fetched, which is not the scanner's fault. */
class ContentError extends Error {}

/** Each piece has its length before it, 4 bytes, big-endian; a length of 0 is the end. Answers what broke. */
async function send(
  connection: Deno.TcpConn,
  content: AsyncIterable<Uint8Array>,
): Promise<Error | undefined> {
  const iterator = content[Symbol.asyncIterator]();
  try {
    await writeAll(connection, COMMAND);
    for (;;) {
      const next = await iterator.next().catch((cause) => {
        throw new ContentError("Cannot fetch what is to be scanned", { cause });
      });
      if (next.done) break;
      for (let at = 0; at < next.value.byteLength; at += PIECE_BYTES) {
        const piece = next.value.subarray(at, at + PIECE_BYTES);
        await writeAll(connection, lengthOf(piece.byteLength));
        await writeAll(connection, piece);
      }
    }
    await writeAll(connection, lengthOf(0));
    return undefined;
  } catch (error) {
    if (error instanceof ContentError) throw error;
    return error as Error;
  } finally {
    await iterator.return?.();
  }
}

async function answerOf(connection: Deno.TcpConn): Promise<string> {
  const bytes = new Uint8Array(ANSWER_BYTES_MAX);
  let length = 0;
  try {
    while (length < bytes.byteLength) {
      const count = await connection.read(bytes.subarray(length));
      if (count === null) break;
      length += count;
      if (bytes.subarray(0, length).includes(0)) break;
    }
  } catch {
    // What came before it broke is all there is.
  }
  return new TextDecoder().decode(bytes.subarray(0, length)).replace(/\0.*$/s, "").trim();
}

/** `stream: OK`, `stream: NAME FOUND`, or what went wrong, such as `INSTREAM size limit exceeded. ERROR`. */
function verdictOf(answer: string): ScanVerdict {
  if (answer === "stream: OK") return { state: "clean" };
  const [, signature] = /^stream: (.+) FOUND$/.exec(answer) ?? [];
  if (signature !== undefined) return { state: "infected", signature };
  if (/size limit exceeded/i.test(answer)) {
    return down(new Error(`${answer}: raise StreamMaxLength, MaxFileSize and MaxScanSize of clamd`));
  }
  return down(new Error(answer === "" ? "it closed the connection" : answer));
}

function lengthOf(count: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, count);
  return bytes;
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.byteLength;) {
    written += await connection.write(bytes.subarray(written));
  }
}

function down(error: unknown): ScanVerdict {
  return { state: "scanner_down", why: error instanceof Error ? error.message : String(error) };
}
