import sharp from "sharp";
import { FrameDecoder, frameHead, HEAD_BYTES_MAX } from "@/lib/ocr/reader_frames.ts";
import { CONTENT_BYTES_MAX, type ReadRequest } from "@/lib/ocr/read_request.ts";
import type { ReaderAnswer } from "@/lib/ocr/reader_answers.ts";
import { readDocument } from "@/services/ocr/read_document.ts";

// The thread of a reading process that reads; see reader_main.ts.

const PREFIX_BYTES = 8;

/** Libraries that have something to say must not say it between the frames. */
console.log =
  console.info =
  console.debug =
  console.warn =
    () => {};

async function main(): Promise<void> {
  const received = await request();
  // Without one the worker has no document for it any more.
  if (received !== undefined) {
    const result = await readDocument(received.request, received.content, {
      stage: (stage) => tell({ type: "stage", stage }),
      preview: (page, bytes) => tell({ type: "preview", page }, bytes),
    });
    tell({ type: "result", ...result });
  }
  postMessage("done");
}

async function request(): Promise<{ request: ReadRequest; content: Uint8Array } | undefined> {
  const decoder = new FrameDecoder(CONTENT_BYTES_MAX + HEAD_BYTES_MAX + PREFIX_BYTES);
  for await (const piece of Deno.stdin.readable) {
    const [frame] = decoder.push(piece);
    // Our own worker wrote it.
    if (frame !== undefined) return { request: frame.head as ReadRequest, content: frame.body };
  }
  return undefined;
}

function tell(answer: ReaderAnswer, body: Uint8Array = new Uint8Array()): void {
  for (const bytes of [frameHead(answer, body.byteLength), body]) {
    for (let written = 0; written < bytes.byteLength;) {
      written += Deno.stdout.writeSync(bytes.subarray(written));
    }
  }
}

// One document: nothing is worth keeping in memory for the next one, and the cores are for other readers.
sharp.cache(false);
sharp.concurrency(1);
await main();
