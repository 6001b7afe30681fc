import { processRow } from "./process_table.ts";

const WATCH_MS = 500;
const ANCESTORS_MAX = 8;

/** The programs that stand between the person and us in `npx -y deno task start`; each of them waits for us, so none ends first in good order. */
const RUNNER = /^npm (exec|run)\b|\bnpx\b|^(\/bin\/)?sh -c .*\bdeno\b|\bdeno(\.cjs|\.exe)?["']? task\b/;

/**
 * Calls `onGone` once when a runner above this process (npx, its shell, `deno task`) has ended: npx, ended by a signal,
 * does not pass it on, and all that it started would go on for ever. A shell above them may end (`nohup`, `&`).
 * Returns a function that ends the watch.
 */
export function watchStarter(onGone: (runner: string) => void): () => void {
  const runners = runnersAbove();
  const timer = setInterval(() => {
    const gone = runners.find((runner) => processRow(runner.pid)?.args !== runner.args);
    if (!gone) return;
    clearInterval(timer);
    onGone(gone.args);
  }, WATCH_MS);
  Deno.unrefTimer(timer);
  return () => clearInterval(timer);
}

function runnersAbove(): { pid: number; args: string }[] {
  const runners = [];
  let pid = Deno.ppid;
  for (let depth = 0; depth < ANCESTORS_MAX && pid > 1; depth++) {
    const row = processRow(pid);
    if (!row || !RUNNER.test(row.args)) break;
    runners.push({ pid, args: row.args });
    pid = row.parent;
  }
  return runners;
}
