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
    let isBusy = false;
    const run = async () => {
      if (isBusy || document.visibilityState === "hidden") return;
      isBusy = true;
      await latest.current();
      isBusy = false;
    };
    const seen = () => void run();
    document.addEventListener("visibilitychange", seen);
    const ends = [after(FIRST_MS, seen), every(ms, seen)];
    return () => {
      for (const end of ends) end();
      document.removeEventListener("visibilitychange", seen);
    };
  }, []);
}
