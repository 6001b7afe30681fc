// A reader whose worker is gone ends, whatever its document does to it.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { until } from "../harness/live.ts";

const READER = fileURLToPath(new URL("../../services/ocr/reader/process.ts", import.meta.url));
const MAIN = fileURLToPath(new URL("../../services/ocr/reader_main.ts", import.meta.url));
const LOOPS = fileURLToPath(new URL("readers/loops.ts", import.meta.url));
const WORKER = `
  import { ReaderProcess } from ${JSON.stringify(READER)};
  const loops = new ReaderProcess(${JSON.stringify(LOOPS)});
  const spare = new ReaderProcess(${JSON.stringify(MAIN)});
  console.log(JSON.stringify([loops.pid, spare.pid]));
  await loops.read({
    request: { documentType: "image", mimetype: "image/png", guest: null, today: "2026-11-24", password: null, aadhaarKeys: [] },
    contentBytes: 1,
    content: (async function* () { yield new Uint8Array(1); })(),
    stage: () => console.log("reading"),
    timeoutMs: 600_000,
    memoryBytes: Infinity,
    signal: new AbortController().signal,
  });
`;

Deno.test("reader - a worker killed by SIGKILL leaves none behind, not even one that loops", async () => {
  const worker = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--quiet",
      `--config=${fileURLToPath(new URL("../../deno.json", import.meta.url))}`,
      WORKER,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let said = "";
  for await (const piece of worker.stdout) {
    said += new TextDecoder().decode(piece);
    if (said.includes("reading")) break;
  }
  const pids = JSON.parse(said.split("\n")[0]!) as number[];
  assert.ok(pids.every(runs));
  worker.kill("SIGKILL");
  await worker.status;
  await until("they are gone", () => !pids.some(runs), 30_000);
});

/** Is there such a process, and no zombie? Signal 0 of the shell asks without a signal. */
function runs(pid: number): boolean {
  const { code, stdout } = new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] }).outputSync();
  return code === 0 && !new TextDecoder().decode(stdout).trim().startsWith("Z");
}
