import sharp from "sharp";
import { FrameDecoder, frameHead, HEAD_BYTES_MAX } from "@/lib/ocr/reader_frames.ts";
import { CONTENT_BYTES_MAX, type ReadRequest } from "@/lib/ocr/read_request.ts";
import type { ReaderAnswer } from "@/lib/ocr/reader_answers.ts";
import { readDocument } from "@/services/ocr/read_document.ts";

// The program of a reading process: one document comes in by the standard input, what was read goes out by the standard
// output, and then it ends. Whatever goes wrong in between ends it too, and the worker tells that from its end.

const PREFIX_BYTES = 8;

/** Libraries that have something to say must not say it between the frames. */
console.log =
  console.info =
  console.debug =
  console.warn =
    () => {};

async function main(): Promise<void> {
  const { request, content } = await received();
  const result = await readDocument(request, content, {
    stage: (stage) => tell({ type: "stage", stage }),
    preview: (page, bytes) => tell({ type: "preview", page }, bytes),
  });
  tell({ type: "result", ...result });
}

async function received(): Promise<{ request: ReadRequest; content: Uint8Array }> {
  const decoder = new FrameDecoder(CONTENT_BYTES_MAX + HEAD_BYTES_MAX + PREFIX_BYTES);
  for await (const piece of Deno.stdin.readable) {
    const [frame] = decoder.push(piece);
    // Our own worker wrote it.
    if (frame !== undefined) return { request: frame.head as ReadRequest, content: frame.body };
  }
  // The worker has no document for it any more.
  Deno.exit(0);
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
new Worker(new URL("./reader/memory_watch.ts", import.meta.url), { type: "module" });
await main();
// Engines and modules of the libraries would keep it alive.
Deno.exit(0);
