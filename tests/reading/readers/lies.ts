// A reader that its document has taken over: what it says is none of its answers.
import { frameHead } from "@/lib/ocr/reader_frames.ts";

for await (const _piece of Deno.stdin.readable) {
  const reading = {
    documentType: "image",
    status: "done",
    problem: null,
    fields: { role: { value: "admin" } },
  };
  Deno.stdout.writeSync(frameHead({ type: "result", reading, kept: "everything" }));
}
