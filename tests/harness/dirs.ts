const made = new Set<string>();

// What a failed test did not remove, goes when its file has run; what a crash leaves, goes with the run's own directory (see tests/run.ts).
globalThis.addEventListener("unload", () => {
  for (const dir of made) removeNow(dir);
});

export interface TempDir {
  /** Absolute. Other users may enter it, as an unprivileged PostgreSQL must. */
  path: string;
  remove(): void;
}

/** A new empty directory. */
export function tempDir(prefix = "innstream-"): TempDir {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix }));
  Deno.chmodSync(path, 0o711);
  made.add(path);
  return {
    path,
    remove: () => {
      made.delete(path);
      removeNow(path);
    },
  };
}

function removeNow(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
