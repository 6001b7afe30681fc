import { StartError } from "./start_error.ts";

export interface DataDirLock {
  /** Lets the next start in. */
  release(): void;
}

/**
 * Takes the data directory for this process and makes it where it is missing. The lock is the operating system's, so the end of
 * this process frees it, however it ends; the process id in the file only serves the message. Children do not inherit it.
 * Throws StartError where another start holds it.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  makeDataDir(dataDir);
  const path = `${dataDir}/lock`;
  const file = await Deno.open(path, {
    create: true,
    read: true,
    write: true,
    mode: 0o600,
  });
  if (!await file.tryLock(true)) {
    file.close();
    throw new StartError(
      `starting on ${dataDir}: it is in use by ${
        holder(path)
      }; stop that one (Ctrl-C there) or set DATA_DIR to another directory`,
    );
  }
  await file.truncate(0);
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return { release: () => file.close() };
}

/** Others may pass through it (an unprivileged PostgreSQL, when started by root) and not list it; the secrets in it are 0600. */
function makeDataDir(dataDir: string): void {
  try {
    Deno.mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new StartError(`making ${dataDir} (DATA_DIR): ${why}; set DATA_DIR to a directory of your own`);
  }
}

function holder(path: string): string {
  const pid = Deno.readTextFileSync(path).trim();
  return /^\d+$/.test(pid) ? `another start (pid ${pid})` : "another start";
}
