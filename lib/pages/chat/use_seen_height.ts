import { useLayoutEffect } from "preact/hooks";

const NAME = "--seen-height";

/** Tells the styles how much of the page can be seen: what one writes in stays above the keyboard of a phone. */
export function useSeenHeight(): void {
  useLayoutEffect(() => {
    const { visualViewport } = globalThis;
    if (!visualViewport) return;
    const root = document.documentElement.style;
    const look = () => {
      // Zoomed in, less is seen for another reason.
      if (visualViewport.scale === 1) root.setProperty(NAME, `${visualViewport.height}px`);
    };
    look();
    visualViewport.addEventListener("resize", look);
    return () => {
      visualViewport.removeEventListener("resize", look);
      root.removeProperty(NAME);
    };
  }, []);
}
