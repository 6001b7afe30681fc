import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** Gives the focus back to a record that the keyboard has moved elsewhere on the page, unless the person went on. */
export function useFocusAfter(): (id: number) => void {
  const wanted = useRef<number | null>(null);
  useEffect(() => {
    const forget = () => wanted.current = null;
    addEventListener("pointerdown", forget, true);
    addEventListener("keydown", forget, true);
    return () => {
      removeEventListener("pointerdown", forget, true);
      removeEventListener("keydown", forget, true);
    };
  }, []);
  useLayoutEffect(() => {
    if (wanted.current === null || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[data-row][data-id="${wanted.current}"] [data-open]`)?.focus();
    wanted.current = null;
  });
  return (id) => {
    wanted.current = id;
  };
}
