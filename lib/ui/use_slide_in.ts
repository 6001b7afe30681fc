import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { wantsMotion } from "@/lib/ui/browser.ts";

const SLIDE_MS = 240;
/** More rows at once than this are all new: there is nothing left to push down. */
const SLIDE_ROWS_MAX = 5;

/**
 * Lets rows that were put on top of a list slide in from above, pushing the others down. A transform: the layout changes
 * once, and what a person looks at moves smoothly from where it was.
 */
export function useSlideIn(list: RefObject<HTMLElement>, keys: readonly string[]): void {
  const [first] = keys;
  const before = useRef(first);
  useLayoutEffect(() => {
    const added = before.current === undefined ? 0 : keys.indexOf(before.current);
    before.current = first;
    const row = list.current?.firstElementChild;
    if (added < 1 || added > SLIDE_ROWS_MAX || !row || !wantsMotion()) return;
    const from = `translateY(${-added * row.getBoundingClientRect().height}px)`;
    list.current!.animate([{ transform: from }, { transform: "none" }], {
      duration: SLIDE_MS,
      easing: "ease-out",
    });
  }, [first]);
}
