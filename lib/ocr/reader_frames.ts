/** What goes between the worker and a reader: a head, which is JSON, and bytes that belong to it. */
export interface ReaderFrame {
  readonly head: unknown;
  readonly body: Uint8Array;
}

/** Largest JSON text of a head: the rows of a table (TABLE_CHARS_MAX), in scripts of three bytes a character, and their problems. */
export const HEAD_BYTES_MAX = 8 * 1024 * 1024;
const PREFIX_BYTES = 8;

/** The beginning of a frame: lengths of head and body, 4 bytes each, big-endian, then the head. The body follows it. */
export function frameHead(head: object, bodyBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(head));
  if (json.byteLength > HEAD_BYTES_MAX) {
    throw new RangeError(`Cannot send a head of ${json.byteLength} bytes: ${HEAD_BYTES_MAX} are the most`);
  }
  const bytes = new Uint8Array(PREFIX_BYTES + json.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, json.byteLength);
  view.setUint32(4, bodyBytes);
  bytes.set(json, PREFIX_BYTES);
  return bytes;
}

/** Puts frames together from what arrives in pieces. Throws RangeError where there is more than `bytesMax` in all. */
export class FrameDecoder {
  readonly #bytesMax: number;
  #pieces: Uint8Array[] = [];
  #held = 0;
  #total = 0;
  /** Lengths of the frame under way. */
  #lengths: { head: number; body: number } | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes of a frame that is not complete. */
  get left(): number {
    return this.#held;
  }

  /** Throws SyntaxError where a head is not JSON. */
  push(piece: Uint8Array): ReaderFrame[] {
    this.#total += piece.byteLength;
    if (this.#total > this.#bytesMax) throw new RangeError(`More than ${this.#bytesMax} bytes`);
    this.#pieces.push(piece);
    this.#held += piece.byteLength;
    const frames: ReaderFrame[] = [];
    for (;;) {
      this.#lengths ??= this.#readLengths();
      if (this.#lengths === undefined || this.#held < this.#lengths.head + this.#lengths.body) return frames;
      const head = this.#take(this.#lengths.head);
      const body = this.#take(this.#lengths.body);
      this.#lengths = undefined;
      frames.push({ head: JSON.parse(new TextDecoder().decode(head)), body });
    }
  }

  #readLengths(): { head: number; body: number } | undefined {
    if (this.#held < PREFIX_BYTES) return undefined;
    const prefix = this.#take(PREFIX_BYTES);
    const view = new DataView(prefix.buffer, prefix.byteOffset);
    const lengths = { head: view.getUint32(0), body: view.getUint32(4) };
    if (lengths.head > HEAD_BYTES_MAX) throw new RangeError(`A head of ${lengths.head} bytes`);
    return lengths;
  }

  #take(count: number): Uint8Array {
    const taken = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const piece = this.#pieces[0]!;
      const part = piece.subarray(0, count - at);
      taken.set(part, at);
      at += part.byteLength;
      if (part.byteLength === piece.byteLength) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(part.byteLength);
    }
    this.#held -= count;
    return taken;
  }
}
