import { processRow } from "./process_table.ts";
import { StartError } from "./start_error.ts";

/** How long an orphan may take to end in good order before it is ended by force, and then to disappear. */
const ORPHAN_GRACE_MS = 15_000;
const ORPHAN_KILL_MS = 5_000;
const POLL_MS = 50;

interface PidFile {
  name: string;
  pid: number;
  /** Stands in the command line of the process: the proof that the id was not given to another one since. */
  mark: string;
  stopSignal: Deno.Signal;
}

/** Remembers a running child below the data directory, for the next start to find if this one is ended by force. */
export function writePidFile(dataDir: string, file: PidFile): void {
  Deno.mkdirSync(`${dataDir}/pids`, { recursive: true });
  Deno.writeTextFileSync(pidPath(dataDir, file.name), JSON.stringify(file), {
    mode: 0o600,
  });
}

/** Forgets a child that has ended. */
export function removePidFile(dataDir: string, name: string): void {
  removeIfThere(pidPath(dataDir, name));
}

/**
 * Stops what an earlier start left running on this data directory, in the order given, and forgets it. Only call this while
 * holding the lock on the data directory. Throws StartError if a process does not end.
 */
export async function stopOrphans(
  dataDir: string,
  names: string[],
  log: (line: string) => void,
): Promise<void> {
  for (const name of names) {
    const file = readPidFile(dataDir, name);
    if (file && isOurs(file)) {
      log(
        `an earlier start left ${name} running (pid ${file.pid}): stopping it`,
      );
      await stopOrphan(file);
    }
    removePidFile(dataDir, name);
  }
}

async function stopOrphan(file: PidFile): Promise<void> {
  sendSignal(file.pid, file.stopSignal);
  if (await endsWithin(file, ORPHAN_GRACE_MS)) return;
  sendSignal(file.pid, "SIGKILL");
  if (await endsWithin(file, ORPHAN_KILL_MS)) return;
  throw new StartError(
    `stopping ${file.name} (pid ${file.pid}) of an earlier start: it does not end; end it by hand`,
  );
}

async function endsWithin(file: PidFile, ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms; waited += POLL_MS) {
    if (!isOurs(file)) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}

function isOurs(file: PidFile): boolean {
  return processRow(file.pid)?.args.includes(file.mark) ?? false;
}

function sendSignal(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    // It ended by itself in the meantime.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function readPidFile(dataDir: string, name: string): PidFile | undefined {
  try {
    const { pid, mark, stopSignal } = JSON.parse(
      Deno.readTextFileSync(pidPath(dataDir, name)),
    );
    return typeof pid === "number" && typeof mark === "string" && mark !== ""
      ? { name, pid, mark, stopSignal }
      : undefined;
  } catch (error) {
    // A file cut short by a crash says nothing.
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

function pidPath(dataDir: string, name: string): string {
  return `${dataDir}/pids/${name}.json`;
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
