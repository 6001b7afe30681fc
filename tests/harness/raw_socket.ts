/** What a server answers to a request that is written out byte by byte. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  // deno-lint-ignore no-explicit-any
  readonly json: any;
}

/** Longest wait for the server's next bytes. */
const WAIT_MS = 15_000;
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/**
 * A WebSocket client on a bare TCP connection: it reads only when told to, it sees the HTTP answer of a refused upgrade,
 * and it can send what no browser would.
 */
export class RawSocket {
  readonly #connection: Deno.TcpConn;
  #buffer = new Uint8Array(0);
  /** The code of the close frame, once it was read. */
  closeCode: number | undefined;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async connect(url: string): Promise<RawSocket> {
    const { hostname, port } = new URL(url);
    return new RawSocket(await Deno.connect({ hostname, port: Number(port) }));
  }

  /** Sends a request; `headers` are lines. Answers with the body where its length is said and the status is not 101. */
  async request(line: string, headers: readonly string[]): Promise<RawAnswer> {
    await this.#write(new TextEncoder().encode([`${line} HTTP/1.1`, ...headers, "", ""].join("\r\n")));
    const head = await this.#head();
    const [status = "", ...lines] = head.split("\r\n");
    const fields = new Map(lines.map((text) => {
      const colon = text.indexOf(":");
      return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()];
    }));
    const code = Number(status.split(" ")[1]);
    const length = code === 101 || line.startsWith("HEAD") ? 0 : Number(fields.get("content-length") ?? 0);
    const body = new TextDecoder().decode(await this.#bytes(length));
    const json = /json/.test(fields.get("content-type") ?? "") && body !== "" ? JSON.parse(body) : undefined;
    return { status: code, headers: fields, body, json };
  }

  /** Asks for the upgrade. */
  upgrade(url: string, headers: readonly string[] = [], method = "GET"): Promise<RawAnswer> {
    const { host, pathname, search } = new URL(url);
    return this.request(`${method} ${pathname}${search}`, [
      `Host: ${host}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    ]);
  }

  async send(frame: unknown): Promise<void> {
    await this.#frame(TEXT, new TextEncoder().encode(JSON.stringify(frame)));
  }

  /** The next text frame, parsed; undefined at the end. Pings are answered on the way. */
  // deno-lint-ignore no-explicit-any
  async next(): Promise<any> {
    for (;;) {
      const head = await this.#bytes(2).catch(() => undefined);
      if (head === undefined) return undefined;
      const opcode = head[0]! & 15;
      const payload = await this.#bytes(await this.#length(head[1]! & 127));
      if (opcode === TEXT) return JSON.parse(new TextDecoder().decode(payload));
      if (opcode === PING) await this.#frame(PONG, payload);
      if (opcode === CLOSE) {
        this.closeCode = payload[0]! * 256 + payload[1]!;
        return undefined;
      }
    }
  }

  close(): void {
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #frame(opcode: number, payload: Uint8Array): Promise<void> {
    const extended = payload.length < 126 ? [] : [payload.length >> 8, payload.length & 255];
    const length = payload.length < 126 ? payload.length : 126;
    // A mask of zeros leaves the payload as it is.
    await this.#write(new Uint8Array([128 | opcode, 128 | length, ...extended, 0, 0, 0, 0, ...payload]));
  }

  async #length(short: number): Promise<number> {
    if (short < 126) return short;
    const bytes = await this.#bytes(short === 126 ? 2 : 8);
    return bytes.reduce((length, byte) => length * 256 + byte, 0);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  async #head(): Promise<string> {
    for (let size = 0;; size++) {
      while (this.#buffer.length < size + 4) await this.#fill();
      const [a, b, c, d] = this.#buffer.subarray(size, size + 4);
      if (a === 13 && b === 10 && c === 13 && d === 10) {
        return new TextDecoder().decode((await this.#bytes(size + 4)).subarray(0, size));
      }
    }
  }

  async #bytes(count: number): Promise<Uint8Array> {
    while (this.#buffer.length < count) await this.#fill();
    const bytes = this.#buffer.slice(0, count);
    this.#buffer = this.#buffer.subarray(count);
    return bytes;
  }

  async #fill(): Promise<void> {
    const chunk = new Uint8Array(65_536);
    // Closed, the read ends; without this a server that says nothing would hold up the test for ever.
    const timer = setTimeout(() => this.close(), WAIT_MS);
    const read = await this.#connection.read(chunk).finally(() => clearTimeout(timer));
    if (read === null) throw new Error("the server has closed the connection");
    const joined = new Uint8Array(this.#buffer.length + read);
    joined.set(this.#buffer);
    joined.set(chunk.subarray(0, read), this.#buffer.length);
    this.#buffer = joined;
  }
}

/** What a refused upgrade is answered; where it is accepted the socket is closed at once, and the status is 101. */
export async function upgradeAnswer(url: string, headers: readonly string[] = []): Promise<RawAnswer> {
  const socket = await RawSocket.connect(url);
  try {
    return await socket.upgrade(url, headers);
  } finally {
    socket.close();
  }
}
