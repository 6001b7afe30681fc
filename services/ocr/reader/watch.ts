import { memoryLine } from "@/services/ocr/reader/memory_line.ts";

/** How often the memory is looked at. */
const LOOK_MS = 250;

// Beside the thread that reads: looks at the memory of the whole process while that one is deep in a library, and tells
// it on the standard error. The worker cannot look for itself: the runtime gives /proc to programs with all rights only,
// and not every system has one.
setInterval(() => {
  try {
    Deno.stderr.writeSync(memoryLine(Deno.memoryUsage().rss));
  } catch {
    // Nobody listens: the worker is gone, and whatever is read here is for nobody.
    Deno.exit(1);
  }
}, LOOK_MS);
