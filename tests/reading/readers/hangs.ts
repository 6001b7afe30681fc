// A reader that its document keeps busy for ever.
import { frameHead } from "@/lib/ocr/reader_frames.ts";

for await (const _piece of Deno.stdin.readable) {
  Deno.stdout.writeSync(frameHead({ type: "stage", stage: "reading" }));
  for (;;);
}
