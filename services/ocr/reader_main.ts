import "@/services/ocr/reader/watch.ts";

// The program of a reading process: one document comes in by the standard input, what was read goes out by the standard
// output, and then it ends. Whatever goes wrong in between ends it too, and the worker tells that from its end.
//
// A thread reads (reader/reading.ts), and the first one watches: only the first one can end the process while a library
// loops in the other.

const reading = new Worker(new URL("./reader/reading.ts", import.meta.url), { type: "module" });
// It is done, or there was nothing to do. Engines and modules of the libraries would keep it alive.
reading.onmessage = () => Deno.exit(0);
