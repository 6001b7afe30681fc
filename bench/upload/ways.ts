import { binaryChunk, textChunk } from "@/lib/upload/chunk.ts";
import { readUploadFrame } from "@/lib/upload/client/server_frames.ts";
import { chunkBytesOf, chunksOf } from "@/lib/upload/frames.ts";
import { CHUNK_BYTES } from "@/lib/upload/limits.ts";
import type { TusClient } from "./tus_client.ts";

/** What is sent, and to where. */
export interface Job {
  /** `host:port` of the server, or of the link before it. */
  readonly addr: string;
  readonly token: string;
  readonly file: Uint8Array<ArrayBuffer>;
  /** The same on disk. */
  readonly path: string;
  readonly tus: TusClient;
}

export interface Outcome {
  /** Times that it was taken up again, or begun again. */
  readonly retries: number;
}

/** A way to upload one file; resolves when the server has it. */
export interface Way {
  readonly name: string;
  readonly server: "innstream" | "tus";
  send(job: Job): Promise<Outcome>;
}

/** Waits before each new try, the same for all: the defaults of tus-js-client. */
const RETRY_DELAYS_MS = [0, 1_000, 3_000, 5_000];
const TUS_STEP = 64 * 1024;
const TUS_STEP_LARGE = 6 * 1024 * 1024;

export const WAYS: readonly Way[] = [
  { name: "StreamIn, JSON", server: "innstream", send: (job) => streamIn(job, "json") },
  { name: "StreamIn, binary", server: "innstream", send: (job) => streamIn(job, "binary") },
  { name: "multipart", server: "innstream", send: multipart },
  { name: "tus, one PATCH", server: "tus", send: (job) => tus(job, Infinity) },
  { name: "tus, 6 MiB", server: "tus", send: (job) => tus(job, TUS_STEP_LARGE) },
  { name: "tus, 64 KiB", server: "tus", send: (job) => tus(job, TUS_STEP) },
];

async function streamIn(job: Job, encoding: "json" | "binary"): Promise<Outcome> {
  let uploadId: string | null = null;
  const retries = await retrying(() =>
    connection(job, encoding, uploadId, (id) => {
      uploadId = id;
    })
  );
  return { retries };
}

/** One connection: sends what is wanted until it is complete. */
function connection(
  { addr, token, file }: Job,
  encoding: "json" | "binary",
  uploadId: string | null,
  began: (id: string) => void,
): Promise<void> {
  const encode = encoding === "json" ? textChunk : binaryChunk;
  const last = chunksOf(file.length);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${addr}/v2/documents/upload/stream?token=${token}`);
    let next = 1;
    let window = 0;
    let why = "closed";
    const fill = (stored: number) => {
      for (; next <= last && next - stored <= window; next++) {
        const from = (next - 1) * CHUNK_BYTES;
        const data = file.subarray(from, from + chunkBytesOf(file.length, next));
        socket.send(encode({ seq: next, data, final: next === last }));
      }
    };
    socket.onopen = () =>
      socket.send(JSON.stringify({
        filename: "bench.pdf",
        filesize: file.length,
        mimetype: "application/pdf",
        documentType: "other",
        propertyId: 1,
        encoding,
        uploadId,
      }));
    socket.onmessage = ({ data }) => {
      const frame = readUploadFrame(data);
      if (frame?.type === "ready") {
        began(frame.uploadId);
        next = frame.nextSeq;
        window = frame.window;
        fill(frame.nextSeq - 1);
      } else if (frame?.type === "progress") fill(frame.seq);
      else if (frame?.type === "complete") resolve();
      else if (frame?.type === "error") why = `${frame.code}: ${frame.message}`;
    };
    socket.onerror = (event) => why = (event as ErrorEvent).message ?? why;
    socket.onclose = () => reject(new Error(why));
  });
}

/** What is cut begins anew: there is nothing to take up. */
async function multipart({ addr, token, file }: Job): Promise<Outcome> {
  const retries = await retrying(async () => {
    const form = new FormData();
    const fields = { filename: "bench.pdf", filesize: file.length, documentType: "other", propertyId: 1 };
    for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
    form.set("mimetype", "application/pdf");
    form.set("file", new Blob([file], { type: "application/pdf" }), "bench.pdf");
    const response = await fetch(`http://${addr}/v2/documents/upload`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    const text = await response.text();
    if (response.status !== 201) throw new Error(`${response.status} ${text}`);
  });
  return { retries };
}

/** Runs it again after each of RETRY_DELAYS_MS where it fails. Answers how often. */
async function retrying(run: () => Promise<void>): Promise<number> {
  for (let retries = 0;; retries++) {
    try {
      await run();
      return retries;
    } catch (error) {
      const delay = RETRY_DELAYS_MS[retries];
      if (delay === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}

async function tus({ addr, path, tus }: Job, chunkSize: number): Promise<Outcome> {
  return await tus.send({ addr, path, chunkSize, retryDelays: RETRY_DELAYS_MS });
}
