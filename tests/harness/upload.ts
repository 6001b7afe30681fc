import { createHash } from "node:crypto";
import { binaryChunk, type Chunk, textChunk } from "@/lib/upload/chunk.ts";
import { chunkBytesOf, chunksOf } from "@/lib/upload/frames.ts";
import { CHUNK_BYTES, WINDOW_CHUNKS } from "@/lib/upload/limits.ts";
import { type AnyFrame, TestSocket } from "./socket.ts";

/** A file that begins like a PDF; its bytes differ from chunk to chunk and from seed to seed. */
export function testFile(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  const words = new Uint32Array(bytes.buffer, 0, size >> 2);
  let state = (seed * 2654435761) >>> 0;
  for (let i = 0; i < words.length; i++) words[i] = state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  bytes.set(new TextEncoder().encode("%PDF-1.7\n").subarray(0, size));
  return bytes;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function chunkOf(file: Uint8Array<ArrayBuffer>, seq: number): Chunk {
  const from = (seq - 1) * CHUNK_BYTES;
  return {
    seq,
    data: file.subarray(from, from + chunkBytesOf(file.length, seq)),
    final: seq === chunksOf(file.length),
  };
}

export interface UploadOptions {
  readonly wsUrl: string;
  readonly token: string;
  readonly handshake?: AnyFrame;
  readonly binary?: boolean;
}

/** A client of the upload socket that does what it is told and nothing more. */
export class TestUpload {
  readonly socket: TestSocket;
  readonly file: Uint8Array<ArrayBuffer>;
  readonly #binary: boolean;
  /** Chunks it has sent, in order. */
  readonly sent: number[] = [];

  private constructor(socket: TestSocket, file: Uint8Array<ArrayBuffer>, binary: boolean) {
    this.socket = socket;
    this.file = file;
    this.#binary = binary;
  }

  /** Opens a socket and sends the handshake; waits for nothing. */
  static async begin(file: Uint8Array<ArrayBuffer>, options: UploadOptions): Promise<TestUpload> {
    const { wsUrl, token, handshake = {}, binary = true } = options;
    const socket = await TestSocket.open(`${wsUrl}/v2/documents/upload/stream`, token);
    socket.send({
      filename: "passport.pdf",
      filesize: file.length,
      mimetype: "application/pdf",
      documentType: "passport",
      propertyId: 1,
      ...(binary && { encoding: "binary" }),
      ...handshake,
    });
    return new TestUpload(socket, file, binary);
  }

  /** The same, and waits for `ready`. */
  static async open(file: Uint8Array<ArrayBuffer>, options: UploadOptions): Promise<TestUpload> {
    const upload = await TestUpload.begin(file, options);
    await upload.until(({ type }) => type === "ready");
    return upload;
  }

  /** The latest `ready`. */
  get ready(): AnyFrame {
    return this.socket.frames.findLast(({ type }) => type === "ready")!;
  }

  get uploadId(): string {
    return this.ready.uploadId;
  }

  /** Chunks that the server has told to be stored. */
  get told(): number {
    const last = this.socket.frames.findLast(({ type }) => type === "ready" || type === "progress");
    return last === undefined ? 0 : last.type === "ready" ? last.nextSeq - 1 : last.seq;
  }

  chunk(seq: number): void {
    this.raw(chunkOf(this.file, seq));
  }

  raw(chunk: Chunk): void {
    this.sent.push(chunk.seq);
    if (this.#binary) this.socket.sendBinary(binaryChunk(chunk));
    else this.socket.send(textChunk(chunk));
  }

  /** Sends chunks `from` to `to` and waits until they are told to be stored. */
  async chunks(from: number, to: number): Promise<void> {
    for (let seq = from; seq <= to; seq++) {
      await this.socket.until(() => seq - this.told <= WINDOW_CHUNKS || this.socket.closed !== undefined);
      if (this.socket.closed !== undefined) return;
      this.chunk(seq);
    }
    await this.socket.until(() => this.told >= to || this.socket.closed !== undefined);
  }

  /** Sends what is left and waits for the answer. */
  async finish(): Promise<AnyFrame> {
    await this.chunks(this.told + 1, chunksOf(this.file.length));
    return await this.until(({ type }) => type === "complete");
  }

  async until(fits: (frame: AnyFrame) => boolean): Promise<AnyFrame> {
    return await this.socket.next(fits);
  }

  /** The last error frame and the close code, when the server has closed. */
  async refusal(): Promise<{ code: string; close: number; retryable: boolean; nextSeq: number | undefined }> {
    const { code: close } = await this.socket.whenClosed();
    const error = this.socket.frames.findLast(({ type }) => type === "error");
    return { code: error?.code, close, retryable: error?.retryable, nextSeq: error?.nextSeq };
  }
}
