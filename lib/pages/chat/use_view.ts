import { useEffect, useReducer } from "preact/hooks";

interface Viewed<T> {
  readonly view: T;
  subscribe(listener: () => void): () => void;
}

/** What something shows, drawn anew as it changes. */
export function useView<T>(of: Viewed<T>): T {
  const [, draw] = useReducer<number, void>((count) => count + 1, 0);
  const { view } = of;
  useEffect(() => {
    // It may have changed between what was drawn and now.
    if (of.view !== view) draw();
    return of.subscribe(() => draw());
  }, [of]);
  return view;
}
