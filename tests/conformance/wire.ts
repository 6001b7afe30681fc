/** Opcodes of RFC 6455, 5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  /** Default: the last fragment. */
  readonly fin?: boolean;
  /** The three reserved bits: 1 to 7. */
  readonly reserved?: number;
  /** Default: masked, as a client must. */
  readonly masked?: boolean;
  /** In how many bits the length stands; default: as few as do. */
  readonly lengthBits?: 7 | 16 | 64;
  /** The length that is announced, where it is another one than that of the payload. */
  readonly announced?: number;
}

export interface Heard {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** How a connection ended: with a close frame, or without. */
export type End = { readonly code: number | null; readonly reason: string } | "dropped";

/** Longest wait for the next bytes: longer than the server waits for a pong. */
const WAIT_MS = 45_000;
const MASK = [0x37, 0xfa, 0x21, 0x3d];
const LENGTH_7_MAX = 125;
const LENGTH_16_MAX = 65_535;

/** The bytes of a frame, whatever is wrong with it. */
export function bytesOf(frame: Frame): Uint8Array<ArrayBuffer> {
  const { opcode, fin = true, reserved = 0, masked = true } = frame;
  const payload = typeof frame.payload === "string"
    ? new TextEncoder().encode(frame.payload)
    : frame.payload ?? new Uint8Array();
  const length = frame.announced ?? payload.length;
  const bits = frame.lengthBits ?? (length <= LENGTH_7_MAX ? 7 : length <= LENGTH_16_MAX ? 16 : 64);
  const mask = masked ? 128 : 0;
  const head = [(fin ? 128 : 0) | reserved << 4 | opcode];
  if (bits === 7) head.push(mask | length);
  else head.push(mask | (bits === 16 ? 126 : 127), ...bigEndian(length, bits / 8));
  if (masked) head.push(...MASK);
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  for (let i = 0; i < payload.length; i++) {
    bytes[head.length + i] = payload[i]! ^ (masked ? MASK[i % 4]! : 0);
  }
  return bytes;
}

function bigEndian(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 256 ** (count - 1 - i)) % 256);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A client on a bare TCP connection, which writes what it is told and reads frame by frame. Nothing is answered by itself. */
export class Wire {
  readonly #connection: Deno.TcpConn;
  #buffer = new Uint8Array(0);

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async connect(url: string): Promise<Wire> {
    const { hostname, port } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay(true);
    return new Wire(connection);
  }

  /** A peer that has gone may refuse the rest: what it said before is there to be read. */
  async write(bytes: Uint8Array | string): Promise<void> {
    const all = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    try {
      for (let at = 0; at < all.length;) at += await this.#connection.write(all.subarray(at));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  send(...frames: readonly Frame[]): Promise<void> {
    return this.write(joined(...frames.map(bytesOf)));
  }

  text(text: string): Promise<void> {
    return this.send({ opcode: OPCODE.text, payload: text });
  }

  /** Says that it writes nothing more. */
  async half(): Promise<void> {
    await this.#connection.closeWrite();
  }

  /** The head of an HTTP answer: its status and its lines; undefined where the connection ends before. */
  async head(): Promise<{ status: number; text: string } | undefined> {
    for (;;) {
      const text = new TextDecoder().decode(this.#buffer);
      const end = text.indexOf("\r\n\r\n");
      if (end >= 0) {
        this.#buffer = this.#buffer.slice(new TextEncoder().encode(text.slice(0, end + 4)).length);
        return { status: Number(text.split(" ")[1]), text: text.slice(0, end) };
      }
      if (!await this.#fill()) return undefined;
    }
  }

  /** Everything up to the end of the connection. */
  async rest(): Promise<string> {
    while (await this.#fill());
    return new TextDecoder().decode(this.#buffer);
  }

  /** The next frame; undefined at the end. */
  async next(): Promise<Heard | undefined> {
    const head = await this.#bytes(2);
    if (head === undefined) return undefined;
    let length = head[1]! & 127;
    if (length > LENGTH_7_MAX) {
      const bytes = await this.#bytes(length === 126 ? 2 : 8);
      if (bytes === undefined) return undefined;
      length = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    }
    const payload = await this.#bytes(length);
    return payload && { opcode: head[0]! & 15, payload };
  }

  /** The next text; what else comes before it is passed over. undefined: the connection ended instead. */
  async nextText(): Promise<string | undefined> {
    for (;;) {
      const frame = await this.next();
      if (frame === undefined || frame.opcode === OPCODE.close) return undefined;
      if (frame.opcode === OPCODE.text) return new TextDecoder().decode(frame.payload);
    }
  }

  /** Reads until the connection ends; the first close frame is answered, as a client must. */
  async end(): Promise<End> {
    let end: End = "dropped";
    for (let frame; (frame = await this.next()) !== undefined;) {
      if (frame.opcode !== OPCODE.close || end !== "dropped") continue;
      end = closeOf(frame);
      await this.send({ opcode: OPCODE.close, payload: frame.payload.subarray(0, 2) });
    }
    return end;
  }

  close(): void {
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #bytes(count: number): Promise<Uint8Array | undefined> {
    while (this.#buffer.length < count) if (!await this.#fill()) return undefined;
    const bytes = this.#buffer.slice(0, count);
    this.#buffer = this.#buffer.subarray(count);
    return bytes;
  }

  async #fill(): Promise<boolean> {
    const chunk = new Uint8Array(65_536);
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(() => resolve("late"), WAIT_MS);
    const reading = this.#connection.read(chunk).catch((error) => {
      if (isGone(error)) return null;
      throw error;
    });
    const read = await Promise.race([reading, late]);
    clearTimeout(timer);
    if (read === "late") throw new Error(`nothing came for ${WAIT_MS} ms`);
    if (read === null) return false;
    this.#buffer = joined(this.#buffer, chunk.subarray(0, read));
    return true;
  }
}

export function closeOf({ payload }: Heard): End {
  if (payload.length < 2) return { code: null, reason: "" };
  return { code: payload[0]! * 256 + payload[1]!, reason: new TextDecoder().decode(payload.subarray(2)) };
}

/** The payload of a close frame. */
export function closePayload(code: number, reason: string | Uint8Array = ""): Uint8Array {
  const text = typeof reason === "string" ? new TextEncoder().encode(reason) : reason;
  return joined(new Uint8Array([code >> 8, code & 255]), text);
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}
