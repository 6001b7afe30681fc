import { memoryLine } from "@/services/ocr/reader/memory_line.ts";

/** How often the memory is looked at. */
const LOOK_MS = 250;

// A thread of the reading process beside the one that reads: it looks at the memory of the whole process while the other
// is deep in a library, and tells it on the standard error. The worker cannot look for itself: the runtime gives /proc
// to programs with all rights only, and not every system has one.
setInterval(() => Deno.stderr.writeSync(memoryLine(Deno.memoryUsage().rss)), LOOK_MS);
