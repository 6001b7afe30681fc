import { readFile } from "node:fs/promises";
import process from "node:process";
import { createInterface } from "node:readline";
import { Upload } from "tus-js-client";

// Uploads by tus. Each line of its input is one order `{id, addr, path, chunkSize, retryDelays}` (`chunkSize` null: the
// whole file in one request), each line of its output `{id, retries}` or `{id, error}`. On Node, for which the
// client is made: the HTTP client of Deno sends a request again by itself when a kept connection breaks.
for await (const line of createInterface({ input: process.stdin })) {
  const { id, addr, path, chunkSize, retryDelays } = JSON.parse(line);
  let retries = 0;
  const file = await readFile(path);
  const upload = new Upload(file, {
    endpoint: `http://${addr}/files`,
    chunkSize: chunkSize ?? Infinity,
    retryDelays,
    metadata: { filename: "bench.pdf", filetype: "application/pdf" },
    onShouldRetry: () => {
      retries++;
      return true;
    },
    onError: (error) => console.log(JSON.stringify({ id, error: String(error) })),
    onSuccess: () => console.log(JSON.stringify({ id, retries })),
  });
  upload.start();
}
