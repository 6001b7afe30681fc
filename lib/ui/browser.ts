/** Where the parts of the pages take clock, timers and storage from: the only file of theirs that touches them. */

/** Unix milliseconds. */
export function clock(): number {
  return Date.now();
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

/** What is kept as long as the tab is there; null where storage is forbidden, and on the server. */
export function sessionStore(): Storage | null {
  try {
    return "document" in globalThis ? globalThis.sessionStorage : null;
  } catch {
    return null;
  }
}
