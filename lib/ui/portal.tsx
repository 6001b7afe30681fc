import { type ComponentChild, render } from "preact";
import { useLayoutEffect } from "preact/hooks";

/**
 * Shows its child in the element of this id, which a layout has put elsewhere on the page and filled with the same
 * markup. Preact's own portal comes with all of preact/compat.
 */
export function Portal({ into, children }: { into: string; children: ComponentChild }): null {
  useLayoutEffect(() => {
    const target = document.getElementById(into);
    if (target !== null) render(children, target);
  });
  return null;
}
