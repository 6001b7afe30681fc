// A reader whose document takes ever more memory.
import { memoryLine } from "@/services/ocr/reader/memory_line.ts";

const STEP_BYTES = 16 * 1024 * 1024;

for await (const _piece of Deno.stdin.readable) {
  for (const held: Uint8Array[] = [];;) {
    held.push(new Uint8Array(STEP_BYTES).fill(held.length));
    Deno.stderr.writeSync(memoryLine(Deno.memoryUsage().rss));
  }
}
