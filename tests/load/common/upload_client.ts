import { WebSocket } from "k6/websockets";
import { errors, upload, uploads } from "./metrics.ts";
import { SETTINGS } from "./settings.ts";

/** Of the file: what a careful photo of a document takes. */
const FILE_BYTES = 300 * 1024;
const HEAD = "%PDF-1.7\n";
const HEADER_BYTES = 5;
const FINAL = 1;
const LIMIT_MS = 30_000;

interface Ready {
  readonly nextSeq: number;
  readonly chunkSize: number;
  readonly window: number;
}

/** Uploads one file in binary chunks; settles when it is complete, or has failed, which counts as an error. */
export function uploadFile(token: string): Promise<void> {
  const began = Date.now();
  const socket = new WebSocket(`${SETTINGS.wsUrl}/v2/documents/upload/stream`, null, {
    headers: { authorization: `Bearer ${token}` },
    tags: { name: "upload" },
  });
  return new Promise((resolve) => {
    let isComplete = false;
    let limits: Ready | undefined;
    let next = 1;
    const late = setTimeout(() => socket.close(), LIMIT_MS);
    const sendUpTo = (stored: number) => {
      const { chunkSize, window } = limits!;
      const chunks = Math.ceil(FILE_BYTES / chunkSize);
      for (; next <= Math.min(chunks, stored + window); next++) {
        socket.send(chunkOf(next, chunkSize, next === chunks));
      }
    };
    socket.onopen = () => socket.send(handshake());
    socket.onmessage = (event) => {
      const frame = JSON.parse(event!.data as string);
      if (frame.type === "ready") {
        limits = frame;
        next = frame.nextSeq;
        sendUpTo(next - 1);
      } else if (frame.type === "progress") {
        sendUpTo(frame.seq);
      } else if (frame.type === "complete") {
        isComplete = true;
        upload.add(event!.timestamp - began);
        uploads.add(1);
      }
    };
    socket.onclose = () => {
      clearTimeout(late);
      errors.add(!isComplete);
      resolve();
    };
  });
}

function handshake(): string {
  return JSON.stringify({
    filename: "load.pdf",
    filesize: FILE_BYTES,
    mimetype: "application/pdf",
    documentType: "other",
    propertyId: 1,
    encoding: "binary",
  });
}

/** Little work for who sends it: what is measured is the server. */
function chunkOf(seq: number, chunkSize: number, isFinal: boolean): ArrayBuffer {
  const from = (seq - 1) * chunkSize;
  const bytes = new Uint8Array(HEADER_BYTES + Math.min(chunkSize, FILE_BYTES - from)).fill(seq & 0xff);
  new DataView(bytes.buffer).setUint32(0, seq);
  bytes[4] = isFinal ? FINAL : 0;
  if (seq === 1) { for (let i = 0; i < HEAD.length; i++) bytes[HEADER_BYTES + i] = HEAD.charCodeAt(i); }
  return bytes.buffer;
}
