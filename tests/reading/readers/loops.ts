// A reader whose thread that reads loops for ever once its document is there, and whose first one watches as in ours.
import { frameHead } from "@/lib/ocr/reader_frames.ts";
import "@/services/ocr/reader/watch.ts";

const LOOP = "await Deno.stdin.read(new Uint8Array(1)); postMessage(0); for (;;);";

// It may read no file but those of readers, so the thread comes without one.
const reading = new Worker(`data:text/javascript,${encodeURIComponent(LOOP)}`, { type: "module" });
reading.onmessage = () => Deno.stdout.writeSync(frameHead({ type: "stage", stage: "reading" }));
