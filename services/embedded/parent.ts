/** The variable by which the launcher tells its children that their standard input is its life line. */
export const PARENT_VARIABLE = "INNSTREAM_PARENT";

/**
 * Calls `onGone` once when the process that started this one is gone, in whatever way. The starter holds the other end of the
 * standard input and never writes to it, so its end means the starter's end. For use where `INNSTREAM_PARENT=1` is set.
 */
export function endWithParent(onGone: () => void): void {
  void readToEnd().then(onGone);
}

async function readToEnd(): Promise<void> {
  const ignored = new Uint8Array(64);
  try {
    while (await Deno.stdin.read(ignored) !== null);
  } catch {
    // A broken pipe says the same as its end.
  }
}
