/** Where the parts of the pages take clock, timers and storage from: the only file of theirs that touches them. */

/** Unix milliseconds. */
export function clock(): number {
  return Date.now();
}

/** Calls back once after `ms`; what it returns stops that. */
export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** Calls back every `ms`; what it returns stops that. */
export function every(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
}

/** Does this person want things to move? */
export function wantsMotion(): boolean {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** What a path of this site answers; undefined where it answers an error or nothing. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    const response = await fetch(path, { headers: { accept: "application/json" } });
    return response.ok ? await response.json() as T : undefined;
  } catch {
    // No network: whoever asks shows what it has.
    return undefined;
  }
}
