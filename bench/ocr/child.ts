/** Reads the documents named in a file, one after another, and writes a line for each: what `run.ts` starts. */
import type { DocumentType } from "@/lib/upload/document_types.ts";
import type { Fields } from "@/lib/ocr/reading.ts";
import { OcrEngines } from "@/services/ocr/pictures/engine.ts";
import { openPicture } from "@/services/ocr/pictures/picture.ts";
import { readPicture } from "@/services/ocr/read_picture.ts";

/** One document to read. */
export interface Task {
  readonly path: string;
  readonly documentType: DocumentType;
  readonly today: string;
  readonly budgetMs: number;
  /** SPKI in PEM: what codes of the set are signed with. */
  readonly keyPem: string;
}

/** What came of it; the last line of a child has `peakKb` only. */
export interface Done {
  readonly path?: string;
  readonly fields?: Fields;
  readonly ms?: number;
  readonly peakKb?: number;
}

/** A document that hangs ends its reading, not the benchmark. */
const HANG_FACTOR = 4;

if (import.meta.main) {
  const { createPublicKey } = await import("node:crypto");
  const tasks = JSON.parse(await Deno.readTextFile(Deno.args[0]!)) as Task[];
  const engines = new OcrEngines();
  for (const { path, documentType, today, budgetMs, keyPem } of tasks) {
    const began = performance.now();
    const picture = await openPicture(await Deno.readFile(path));
    const fields = typeof picture === "string" ? {} : (await readPicture(picture, documentType, {
      engines,
      today,
      keys: [createPublicKey(keyPem)],
      signal: AbortSignal.timeout(budgetMs * HANG_FACTOR),
      deadline: Date.now() + budgetMs,
    }))?.fields ?? {};
    say({ path, fields, ms: performance.now() - began });
  }
  await engines.close();
  const peak = /VmHWM:\s+(\d+)/.exec(await Deno.readTextFile("/proc/self/status"))?.[1];
  say({ peakKb: Number(peak) });
  // An abort timer that has not run out would keep it waiting.
  Deno.exit(0);
}

function say(done: Done): void {
  console.log(JSON.stringify(done));
}
