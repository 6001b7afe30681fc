import { useEffect, useRef } from "preact/hooks";

/** Why a list must not move: what is under the pointer or the focus, or is being read further down, stays there. */
type Reason = "pointer" | "focus" | "scroll";

/** Below this much above the top edge of the window, a list counts as scrolled. */
const SCROLLED_PX = 8;

/** Holds a list still while the person is at it. What it returns goes on the element around the list. */
export function useHold(hold: (on: boolean) => void) {
  const element = useRef<HTMLDivElement>(null);
  const reasons = useRef(new Set<Reason>()).current;
  const current = useRef(hold);
  current.current = hold;
  const set = (why: Reason, on: boolean) => {
    const before = reasons.size > 0;
    if (on) reasons.add(why);
    else reasons.delete(why);
    if (reasons.size > 0 !== before) current.current(reasons.size > 0);
  };
  useEffect(() => {
    const scrolled = () => set("scroll", (element.current?.getBoundingClientRect().top ?? 0) < -SCROLLED_PX);
    addEventListener("scroll", scrolled, { passive: true });
    return () => removeEventListener("scroll", scrolled);
  }, []);
  return {
    ref: element,
    // A finger has no place when it is lifted: it holds nothing.
    onPointerEnter: (event: PointerEvent) => event.pointerType === "mouse" && set("pointer", true),
    onPointerLeave: () => set("pointer", false),
    onFocusIn: ({ target }: FocusEvent) => set("focus", (target as Element).matches(":focus-visible")),
    onFocusOut: () => set("focus", false),
  };
}
