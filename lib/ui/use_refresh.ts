import { useEffect, useRef } from "preact/hooks";
import { after } from "@/lib/client/browser.ts";
import { every } from "@/lib/ui/browser.ts";

/** The page itself has connected by then, and is counted. */
const FIRST_MS = 1_500;

/**
 * Runs `refresh` soon, then every `ms` while somebody can see the page, and at once when they come back to it. One at a time: where
 * the server is slow, turns are left out.
 */
export function useRefresh(ms: number, refresh: () => Promise<void>): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    const run = oneAtATime(() => latest.current());
    const seen = () => {
      if (document.visibilityState !== "hidden") void run();
    };
    document.addEventListener("visibilitychange", seen);
    const ends = [after(FIRST_MS, seen), every(ms, seen)];
    return () => {
      for (const end of ends) end();
      document.removeEventListener("visibilitychange", seen);
    };
  }, []);
}

/** Runs `work` where it does not run already, also after it has thrown. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let isBusy = false;
  return async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      await work();
    } finally {
      isBusy = false;
    }
  };
}
